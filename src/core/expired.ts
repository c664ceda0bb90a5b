/** Refuses a command that was meant too long ago (protocol §3): a client that was cut off must not act late. */
import type { Request } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';

/**
 * @param maxAgeMs `null` takes commands of any age; so are those taken whose client does not say when it meant them.
 * @param expiresMs the message's own end (MQTT 5, message expiry interval), in milliseconds since 1970; `null`: none.
 */
export function expired({ issued_at_ms }: Request, nowMs: number, maxAgeMs: number | null, expiresMs: number | null): Refusal | null {
  if (expiresMs !== null && nowMs > expiresMs)
    return refusal('expired', `the message was to be read ${(nowMs - expiresMs) / 1000} s ago at the latest: its expiry interval is over`);
  if (issued_at_ms === null || maxAgeMs === null) return null;
  const ageMs = nowMs - issued_at_ms;
  if (ageMs <= maxAgeMs) return null;
  return refusal('expired', `issued_at must be at most ${maxAgeMs / 1000} s old, got ${ageMs / 1000} s`, 'issued_at');
}
