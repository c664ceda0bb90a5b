/** All outputs of a layout, each under supervision: which zone is on which, what they need of the loop, and the change from one layout to the next. */

import type { StripFrame } from '../../light/stage.ts';
import type { RenderLayout } from '../../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../../model/target-change.ts';
import type { LoopClock } from '../loop-clock.ts';
import type { MakeOutputs } from './make-outputs.ts';
import { type SupervisedListener, SupervisedOutput } from './supervised.ts';

export interface OutputNeeds {
  readonly gapMs: number;
  /** 0 where no output needs one. */
  readonly refreshMs: number;
  readonly slowest: { readonly strip: string; readonly wireMs: number } | null;
}

export class OutputSet {
  readonly #make: MakeOutputs;
  readonly #clock: LoopClock;
  readonly #listener: SupervisedListener;
  #outputs: readonly SupervisedOutput[] = [];
  /** Of outputs that need it. */
  #refreshed: readonly SupervisedOutput[] = [];
  #byZone = new Map<string, readonly SupervisedOutput[]>();
  #closing: Promise<void> = Promise.resolve();

  constructor(make: MakeOutputs, clock: LoopClock, listener: SupervisedListener) {
    this.#make = make;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Keeps outputs that nothing changed for; the others close before new ones open, as they may share hardware. */
  configure(layout: RenderLayout, frames: readonly StripFrame[]): void {
    const plans = this.#make(layout, this.#clock);
    const kept = new Map(this.#outputs.filter(({ key }) => plans.some((plan) => plan.key === key)).map((output) => [output.key, output]));
    const gone = this.#outputs.filter(({ key }) => !kept.has(key));
    this.#closing = Promise.all([this.#closing, ...gone.map((output) => output.retire())]).then(() => undefined);
    this.#outputs = plans.map((plan) => kept.get(plan.key) ?? new SupervisedOutput(plan.key, plan.make(), this.#clock, this.#listener));
    const byId = new Map(frames.map((frame) => [frame.id, frame]));
    for (const output of this.#outputs) {
      output.bind(output.output.strips.flatMap((id) => byId.get(id) ?? []));
      if (!kept.has(output.key)) output.start(this.#closing);
    }
    // The fast ones first: none waits for another's wire.
    this.#outputs = this.#outputs.toSorted((a, b) => a.output.wireMs - b.output.wireMs);
    this.#refreshed = this.#outputs.filter(({ output }) => output.refreshMs > 0);
    this.#byZone = new Map(layout.zones.map((zone) => [zone.id, this.#under(layout, zone.segments)]));
  }

  needs(): OutputNeeds {
    const outputs = this.#outputs.map(({ output }) => output);
    const refreshes = this.#refreshed.map(({ output }) => output.refreshMs);
    const slowest = outputs.at(-1);
    return {
      gapMs: Math.max(0, ...outputs.map(({ wireMs, gapMs }) => Math.max(wireMs, gapMs))),
      refreshMs: refreshes.length === 0 ? 0 : Math.min(...refreshes),
      slowest: slowest === undefined ? null : { strip: slowest.strips[0] ?? '', wireMs: slowest.wireMs },
    };
  }

  /** The outputs that show any of these zones. */
  ofZones(changes: readonly TargetChange[], overlays: readonly Overlay[]): readonly SupervisedOutput[] {
    const found = new Set<SupervisedOutput>();
    for (const { zone } of changes) for (const output of this.#byZone.get(zone) ?? []) found.add(output);
    for (const { zone } of overlays) for (const output of this.#byZone.get(zone) ?? []) found.add(output);
    return [...found];
  }

  /** The buffers hold frame `number` now. */
  offer(number: number): void {
    for (const output of this.#outputs) output.offer(number);
  }

  refresh(): void {
    for (const output of this.#refreshed) output.resend();
  }

  async close(options: { readonly off: boolean }): Promise<void> {
    await Promise.all([this.#closing, ...this.#outputs.map((output) => output.close(options))]);
  }

  #under(layout: RenderLayout, segments: RenderLayout['zones'][number]['segments']): readonly SupervisedOutput[] {
    const ids = new Set(segments.map(({ strip }) => layout.strips[strip]?.id));
    return this.#outputs.filter(({ output }) => output.strips.some((id) => ids.has(id)));
  }
}
