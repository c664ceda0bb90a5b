/** How busy a helper itself is: a load generator that is the bottleneck must say so. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 5;

export interface SelfReport {
  /** p99 of how much later than asked a timer fired. */
  readonly delayMs: number;
  /** Share of the time that the event loop was not idle. */
  readonly busy: number;
}

export class SelfWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #utilization = performance.eventLoopUtilization();

  start(): void {
    this.#delay.reset();
    this.#delay.enable();
    this.#utilization = performance.eventLoopUtilization();
  }

  stop(): SelfReport {
    this.#delay.disable();
    const { utilization } = performance.eventLoopUtilization(this.#utilization);
    return { delayMs: Math.max(0, this.#delay.percentile(99) / 1e6 - RESOLUTION_MS), busy: utilization };
  }
}
