/**
 * Draws frames as fast as it can, in a process that has drawn nothing else: what the compiler learned from one effect
 * must not make another look better or worse. Started with `--expose-gc`.
 */
import type { Stage } from '../../../src/light/stage.ts';
import { median } from '../harness/statistics.ts';
import { PlainFrame } from './plain-frame.ts';
import { effectStage, FADING_MS, type FullFrame, fullStage } from './stagings.ts';

const FRAME_MS = 1000 / 60;
/** Frames between two looks at the clock. */
const BATCH = 20;

export interface Sampling {
  /** Drawn before anything is measured: until the code is compiled. */
  readonly warmMs: number;
  readonly samples: number;
  readonly sampleMs: number;
}

export interface FullFrameTimes {
  readonly oursUs: readonly number[];
  readonly plainUs: readonly number[];
  /** Whether the supply had something to limit. */
  readonly limiting: boolean;
}

export interface HeapUse {
  /** What is left on the heap after so many frames and a collection. */
  readonly grownBytes: number;
  /** What a frame allocates. */
  readonly frameBytes: number;
}

export const painter = {
  /** @returns µs of processor a frame, one figure a sample. */
  timeEffect({ effect, leds, sampling }: { readonly effect: string; readonly leds: number; readonly sampling: Sampling }): number[] {
    const stage = effectStage(effect, leds);
    const draw = film(stage, 0);
    roll(draw, sampling.warmMs);
    return Array.from({ length: sampling.samples }, () => roll(draw, sampling.sampleMs));
  },

  /** Stage and yardstick by turns. @returns µs of processor a frame of each, one figure a sample. */
  timeFullFrame({ scene, sampling }: { readonly scene: FullFrame; readonly sampling: Sampling }): FullFrameTimes {
    const stage = fullStage(scene);
    const plain = new PlainFrame(scene.leds);
    const draw = film(stage, FADING_MS);
    const drawPlain = () => plain.draw();
    roll(draw, sampling.warmMs);
    roll(drawPlain, sampling.warmMs);
    const [oursUs, plainUs]: [number[], number[]] = [[], []];
    for (let sample = 0; sample < sampling.samples; sample += 1) {
      oursUs.push(roll(draw, sampling.sampleMs));
      plainUs.push(roll(drawPlain, sampling.sampleMs));
    }
    return { oursUs, plainUs, limiting: stage.supplies.every(({ limiting }) => limiting) };
  },

  weighEffect({ effect, leds, frames }: { readonly effect: string; readonly leds: number; readonly frames: number }): HeapUse {
    const stage = effectStage(effect, leds);
    const next = film(stage, 0);
    const draw = (count: number) => {
      for (let frame = 0; frame < count; frame += 1) next();
    };
    draw(frames / 4);
    // What the engine keeps once, for code compiled late, is in one half; what each frame leaves behind is in both.
    const halves = [1, 2].map(() => {
      const before = kept();
      draw(frames / 2);
      return kept() - before;
    });
    return { grownBytes: 2 * Math.min(...halves), frameBytes: allocation(draw, frames / 40) };
  },
};
export type Painter = typeof painter;

/** @returns what draws a stage's frames, one a call. */
function film(stage: Stage, startMs: number): () => void {
  let nowMs = startMs;
  return () => {
    nowMs += FRAME_MS;
    stage.draw(nowMs);
  };
}

/** @returns µs of processor a call, over so many milliseconds: what others do on the machine meanwhile does not count. */
function roll(draw: () => void, ms: number): number {
  const before = process.cpuUsage();
  const endMs = performance.now() + ms;
  let frames = 0;
  do {
    for (let frame = 0; frame < BATCH; frame += 1) draw();
    frames += BATCH;
  } while (performance.now() < endMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / frames;
}

/** Bytes in use after a collection. */
function kept(): number {
  if (globalThis.gc === undefined) throw new Error('the painter needs --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Bytes a frame while nothing is collected: the median of several runs leaves out those in which something was. */
function allocation(draw: (count: number) => void, frames: number): number {
  const runs = Array.from({ length: 9 }, () => {
    const start = process.memoryUsage().heapUsed;
    const before = process.memoryUsage().heapUsed;
    draw(frames);
    const after = process.memoryUsage().heapUsed;
    return (after - before - (before - start)) / frames;
  });
  return Math.max(0, median(runs));
}
