/**
 * How the gate says that a client may not publish a packet. It lets the packet go on all the same, as one that reaches
 * nobody, for that is what a client of 3.1.1 needs; one of version 5 is told, and the packet ends there (§3.4.2.1).
 */
import { type Reason, reason } from './reason.ts';

export interface Refusal {
  readonly code: Reason;
  readonly why: string;
}

const refusals = new WeakMap<object, Refusal>();

/** To be called before the packet's `authorizePublish` is done. Means nothing for a client of 3.1 or 3.1.1. */
export function refusePublish(packet: object, why: string, code: Reason = reason.notAuthorized): void {
  refusals.set(packet, { code, why });
}

export function refusalOf(packet: object): Refusal | undefined {
  return refusals.get(packet);
}
