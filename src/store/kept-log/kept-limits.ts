/** Every bound of the kept log in one place. Tests make them small; the daemon takes the defaults. */
import { defaultLimits } from '../limits.ts';

export interface KeptLimits {
  /** A change waits so long for others, and a power cut may take it as long. */
  readonly gather_ms: number;
  /** The file is written anew once it is larger than this, and so many times larger than what is alive in it. */
  readonly rewrite_bytes: number;
  readonly rewrite_factor: number;
  /** An operation that takes longer while the log is read keeps it out of this run. */
  readonly open_ms: number;
  /** A write that takes longer is told, and stays under way: nothing waits for it, but nothing is safe either. */
  readonly stall_ms: number;
  /** What is not written by then at a stop is left. */
  readonly close_ms: number;
  readonly retry_first_ms: number;
  readonly retry_longest_ms: number;
}

const { open_ms, retry_first_ms, retry_longest_ms } = defaultLimits;

export const defaultKeptLimits: KeptLimits = {
  gather_ms: 100,
  rewrite_bytes: 1024 * 1024,
  rewrite_factor: 4,
  open_ms,
  stall_ms: 10_000,
  close_ms: 1000,
  retry_first_ms,
  retry_longest_ms,
};
