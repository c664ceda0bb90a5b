/**
 * Aedes forgets what a client unsubscribed a turn after it was told to. One that subscribes to the same filter again in
 * between has its new subscription forgotten for the old one: it was delivered by until the broker ends, whoever leaves.
 * Here it is forgotten at once.
 */
import type { Aedes } from 'aedes';

/** What wraps `unsubscribe` as well comes after this. */
export function unsubscribePromptly(aedes: Aedes): void {
  const unsubscribe = aedes.unsubscribe.bind(aedes);
  aedes.unsubscribe = (filter, deliver, done) => {
    unsubscribe(filter, deliver, () => undefined);
    done?.();
  };
}
