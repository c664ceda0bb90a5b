/**
 * A clock among the LEDs: the first one runs round a square of red and green, and tells of each frame which moment it
 * shows. What a frame may differ by from the one before is then exact, however late it was drawn or captured.
 * It needs gamma 1, by which values are sent as they are, and a first LED that is a zone `clock` of its own.
 */
import type { TestClient } from '../support/client.ts';
import { light } from './light-house.ts';

/** Each side of the square is 255 steps of one component. */
export const clockPalettes = {
  clock: {
    stops: [
      { at: 0, color: '#ff0000' },
      { at: 0.25, color: '#ffff00' },
      { at: 0.5, color: '#00ff00' },
      { at: 0.75, color: '#000000' },
      { at: 1, color: '#ff0000' },
    ],
  },
};

/** Rainbow goes round in 8 s at speed 128 and eight times as fast at 256: 64 more are the root of eight. */
export const clockEffect = { effect: 'rainbow', palette: 'clock', intensity: 0, speed: 192, brightness: 255 };
const ROUND_MS = 8000 / Math.sqrt(8);
/** A byte of the clock is rounded: half a step of 1,020, at both ends of a time, and the effect's own rounding. */
export const CLOCK_ERROR_MS = 4;

/** @param twins zones that begin the same effect in the same frame. */
export async function startClock(client: TestClient, ...twins: readonly string[]): Promise<void> {
  const commands = ['clock', ...twins].map((zone) => ({ type: 'zone.set', zone, ...clockEffect }));
  const reply = await client.ask({ type: 'batch', commands });
  if (!reply.ok) throw new Error(reply.error.message);
}

/** Where on its way round a LED is that shows `clockEffect`, 0 to 1. */
export function roundOf(frame: Buffer, led: number): number {
  const [red = 0, green = 0] = frame.subarray(led * 3, led * 3 + 2);
  const side = (first: number, steps: number) => (first + steps / 255) / 4;
  const along = red === 255 ? side(0, green) : green === 255 ? side(1, 255 - red) : red === 0 ? side(2, 255 - green) : side(3, red);
  return wrap(-along); // it runs towards the end of the zone, and so backwards at a LED
}

export interface Moment {
  /** Of the daemon's own time, from the first frame on. */
  readonly atMs: number;
  readonly frame: Buffer;
}

/** Frames with their moments; two that follow each other must be less than 2.8 s apart. */
export function timed(frames: readonly Buffer[]): Moment[] {
  let atMs = 0;
  let before: number | undefined;
  return frames.map((frame) => {
    const round = roundOf(frame, 0);
    // a frame that is sent again may seem a hair's breadth earlier
    const passed = wrap(round - (before ?? round) + 0.01) - 0.01;
    before = round;
    atMs += passed * ROUND_MS;
    return { atMs, frame };
  });
}

/** How far apart two values surely were in light before they were rounded to these bytes. */
export function lightBetween(a: number, b: number): number {
  return Math.max(0, light(Math.max(a, b) - 0.5) - light(Math.min(a, b) + 0.5));
}

/** How far apart two values surely were before they were rounded to these bytes. */
export function valuesBetween(a: number, b: number): number {
  return Math.max(0, Math.abs(a - b) - 1);
}

/**
 * Where a frame differs from the one before by more than the time between them allows.
 * @param between tells how far apart two bytes are. @param perMs the most that this may change in a millisecond.
 */
export function jumps(moments: readonly Moment[], leds: readonly [number, number], between: typeof lightBetween, perMs: number): string[] {
  const found: string[] = [];
  const [first, last] = leds;
  for (const [index, { atMs, frame }] of moments.entries()) {
    const before = moments[index - 1];
    if (before === undefined) continue;
    const passedMs = atMs - before.atMs;
    for (let at = first * 3; at < (last + 1) * 3; at += 1) {
      const [from = 0, to = 0] = [before.frame[at], frame[at]];
      const most = perMs * (passedMs + CLOCK_ERROR_MS) + 1e-4;
      if (between(from, to) > most) found.push(`byte ${at}: ${from} to ${to} in ${passedMs.toFixed(1)} ms`);
    }
  }
  return found;
}

function wrap(rounds: number): number {
  return rounds - Math.floor(rounds);
}
