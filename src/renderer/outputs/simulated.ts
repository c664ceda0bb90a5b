/** A strip without hardware: takes every frame at once and forgets it. What it would show is seen in the preview. */
import type { StripFrame } from '../../light/stage.ts';
import type { Output, Taken } from './output.ts';

export class SimulatedOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs = 0;
  /** No faster than a thousand frames a second, whatever commands come. */
  readonly gapMs = 1;
  readonly refreshMs = 0;
  readonly settleMs = 0;

  constructor(strip: string) {
    this.strips = [strip];
  }

  async open(): Promise<void> {}

  send(_frames: readonly StripFrame[], taken: Taken): void {
    taken(null);
  }

  async close(): Promise<void> {}
}
