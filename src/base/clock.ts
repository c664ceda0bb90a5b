/**
 * The two clocks, apart: wall time may jump either way and only labels things; monotonic time never goes back and is
 * the one to measure and schedule with.
 */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  wallMs(): number;
  /** Microseconds since an arbitrary moment; never decreases. */
  monotonicUs(): number;
}
