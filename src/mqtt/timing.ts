/** Timers by the daemon's clock. None of them keeps the process from ending. */
import type { Clock } from '../base/clock.ts';
import type { Timing } from '../base/newest.ts';

export function timingBy(clock: Clock): Timing {
  return {
    nowMs: () => clock.monotonicUs() / 1000,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
