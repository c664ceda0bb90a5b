/** A stage that shows one number: every byte is the brightness of the last change; it moves until a moment that a test sets. */
import type { StripFrame } from '../../../src/light/stage.ts';
import type { SupplyStatus } from '../../../src/light/supply.ts';
import type { RenderLayout } from '../../../src/model/strip-layout.ts';
import type { Overlay, TargetChange } from '../../../src/model/target-change.ts';
import type { StageLike } from '../../../src/renderer/stage-runner.ts';

export class FakeStage implements StageLike {
  strips: readonly StripFrame[];
  movesUntilMs = Number.NEGATIVE_INFINITY;
  readonly drawnAt: number[] = [];
  readonly times: number[] = [];
  readonly dithers: boolean[] = [];
  supplies: SupplyStatus[] = [];
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
    for (const { bytes } of this.strips) bytes.fill(this.#level);
  }

  moving(nowMs: number): boolean {
    return nowMs < this.movesUntilMs;
  }

  dither(on: boolean): void {
    this.dithers.push(on);
  }

  currentMa(): number {
    return this.#level;
  }
}

function framesOf(layout: RenderLayout): StripFrame[] {
  return layout.strips.map(({ id, length, order }) => {
    const bytes = new Uint8Array(length * order.length);
    return { id, bytes, preview: () => new Uint8Array(length * 3).fill(bytes[0] ?? 0), componentsPerLed: order.length === 4 ? 4 : 3 };
  });
}
