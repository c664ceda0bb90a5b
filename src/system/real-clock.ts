/** The machine's clocks. */
import type { Clock } from '../base/clock.ts';

export const realClock: Clock = {
  wallMs: () => Date.now(),
  monotonicUs: () => performance.now() * 1000,
};
