/** The engine's way to a restart: the daemon ends as it was told to at its start, and somebody starts it again. */
import type { Service } from '../engine/ports.ts';

/** @param end left out where nothing would start the daemon again: then there is no such service. */
export function restartingBy(end: (() => void) | undefined): { readonly service?: Service } {
  if (end === undefined) return {};
  const restart = (dryRun: boolean) => {
    if (!dryRun) end();
    return null;
  };
  return { service: { restart } };
}
