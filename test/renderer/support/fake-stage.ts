/** A stage that shows one number: every byte is the brightness of the last change; it moves until a moment that a test sets. */
import type { StripFrame } from '../../../src/light/stage.ts';
import type { RenderLayout } from '../../../src/model/strip-layout.ts';
import type { Overlay, TargetChange } from '../../../src/model/target-change.ts';
import type { StageLike } from '../../../src/renderer/stage-runner.ts';

export class FakeStage implements StageLike {
  strips: readonly StripFrame[];
  movesUntilMs = Number.NEGATIVE_INFINITY;
  readonly drawnAt: number[] = [];
  readonly times: number[] = [];
  #level = 0;

  constructor(layout: RenderLayout) {
    this.strips = framesOf(layout);
  }

  configure(layout: RenderLayout): void {
    this.strips = framesOf(layout);
  }

  show(changes: readonly TargetChange[], _overlays: readonly Overlay[], nowMs: number): void {
    this.times.push(nowMs);
    this.#level = changes.at(-1)?.target.brightness ?? this.#level;
  }

  draw(nowMs: number): void {
    this.times.push(nowMs);
    this.drawnAt.push(nowMs);
    for (const { bytes, rgb } of this.strips) {
      bytes.fill(this.#level);
      rgb.fill(this.#level);
    }
  }

  moving(nowMs: number): boolean {
    return nowMs < this.movesUntilMs;
  }

  currentMa(): number {
    return this.#level;
  }
}

function framesOf(layout: RenderLayout): StripFrame[] {
  return layout.strips.map(({ id, length, order }) => ({
    id,
    bytes: new Uint8Array(length * order.length),
    rgb: new Uint8Array(length * 3),
    componentsPerLed: order.length === 4 ? 4 : 3,
  }));
}
