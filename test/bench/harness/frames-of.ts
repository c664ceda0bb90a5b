/** From commands and frames to the time until the frame that shows each command, or a later one. Pure. */
import type { Frames } from '../helpers/sink.ts';
import type { Replies } from './rig.ts';

/** Milliseconds from each command's intended moment; commands that no frame showed are left out. */
export function commandToFrame({ first, intendedMs }: Replies, { arrivedMs, colors }: Frames): number[] {
  const latency: number[] = [];
  const newest = first + intendedMs.length;
  let frame = 0;
  for (let index = 0; index < intendedMs.length; index += 1) {
    const wanted = first + index;
    while (frame < colors.length && !(inRun(colors[frame]) && (colors[frame] ?? 0) >= wanted)) frame += 1;
    const ms = (arrivedMs[frame] ?? Number.NaN) - (intendedMs[index] ?? Number.NaN);
    if (!Number.isNaN(ms)) latency.push(ms);
  }
  return latency;

  function inRun(color: number | undefined): boolean {
    return color !== undefined && color >= first && color < newest;
  }
}

export interface Grid {
  /** How far each interval between frames is off the period. */
  readonly jitterMs: readonly number[];
  /** Grid moments without a frame. */
  readonly skipped: number;
  readonly frames: number;
}

/** @param arrivedMs of frames on a grid; those within the first half second are the start and left out. */
export function gridOf(arrivedMs: Float64Array, periodMs: number): Grid {
  const startMs = (arrivedMs[0] ?? 0) + 500;
  const frames = arrivedMs.filter((ms) => ms >= startMs);
  const jitterMs: number[] = [];
  let skipped = 0;
  for (let index = 1; index < frames.length; index += 1) {
    const intervalMs = (frames[index] ?? 0) - (frames[index - 1] ?? 0);
    const periods = Math.max(1, Math.round(intervalMs / periodMs));
    skipped += periods - 1;
    jitterMs.push(Math.abs(intervalMs - periods * periodMs));
  }
  const [firstMs = 0, lastMs = 0] = [frames[0], frames.at(-1)];
  const expected = Math.round((lastMs - firstMs) / periodMs) + 1;
  return { jitterMs, skipped: Math.max(0, Math.min(skipped, expected - frames.length)), frames: frames.length };
}
