/** Values between two steps of the LEDs: spread over frames where that is asked for or frames are fast, and else left out. */
import { beforeAll, describe, expect, it } from 'vitest';
import { driveOf, lightHouse, set, type Wire } from './light-house.ts';

const LEDS = 10;
/** A period of the dither: after it the mean of a byte is its 16-bit value. */
const PERIOD = 257;

function dithering(dither: string, fps: number) {
  return lightHouse(
    { main: { length: LEDS } },
    { renderer: { transition: 0, fps, dither }, zones: { floor: { strip: 'main', range: [0, LEDS - 1] } } },
  );
}

const houses = {
  on: await dithering('on', 120),
  off: await dithering('off', 120),
  slow: await dithering('auto', 60),
  fast: await dithering('auto', 120),
};
type House = keyof typeof houses;

/** Of less than a step, and of a step and a bit, at gamma 2.2. */
const dim = { r: 24, g: 16, b: 8 };
const drives = [dim.r, dim.g, dim.b].map((value) => driveOf(value, 2.2));

interface Seen {
  /** Of a still dim colour, from when it is shown. */
  readonly frames: readonly Buffer[];
  readonly tookMs: number;
}

async function show(which: House, color: unknown): Promise<Wire> {
  const { house, wires } = houses[which];
  const phone = await house.client('phone');
  await set(phone, 'floor', { state: 'ON', brightness: 255, color });
  return wires.main;
}

/** Two refreshes are a second from each other: when the machine is late, their time is shorter, but by half hardly. */
async function frames(main: Wire, count: number): Promise<Seen> {
  const startMs = performance.now();
  const more = await main.more(count);
  return { frames: more, tookMs: performance.now() - startMs };
}

function expectStill({ frames, tookMs }: Seen, colors: readonly number[]): void {
  const frame = Buffer.from(Array.from({ length: LEDS }, () => colors).flat());
  expect(frames).toEqual([frame, frame]);
  expect(tookMs).toBeGreaterThan(1000);
}

/** All daemons at once: most of the time is waited for. */
const seen = new Map<string, Seen>();
beforeAll(async () => {
  const dithered = async () => {
    const main = await show('on', dim);
    await main.frame('the dim colour', (frame) => frame.every((byte) => byte < 3));
    seen.set('on', await frames(main, PERIOD + 10));
  };
  const byItself = async () => {
    const main = await show('fast', '#ff0000');
    await main.shows([255, 0, 0]);
    seen.set('fast in red', await frames(main, 2));
    await show('fast', dim);
    await main.frame('the dim colour', (frame) => frame.every((byte) => byte < 3));
    seen.set('fast', await frames(main, 30));
  };
  const still = async (which: House) => {
    const main = await show(which, dim);
    await main.shows(drives.map(Math.round));
    seen.set(which, await frames(main, 2));
  };
  await Promise.all([dithered(), byItself(), still('off'), still('slow')]);
});

function seenOf(which: string): Seen {
  const found = seen.get(which);
  if (found === undefined) throw new Error(`nothing was seen of ${which}`);
  return found;
}

describe('dithered', () => {
  it('a still dim colour is the mean of the frames that go on being sent', () => {
    const period = seenOf('on').frames.slice(-PERIOD);
    for (let at = 0; at < LEDS * 3; at += 1) {
      const bytes = period.map((frame) => frame[at] ?? 0);
      const sum = bytes.reduce((total, byte) => total + byte, 0);
      const drive = drives[at % 3] ?? 0;
      expect(Math.abs(sum - PERIOD * drive), `byte ${at}`).toBeLessThanOrEqual(3); // within one, but for frames lost on the way
      expect(new Set(bytes)).toEqual(new Set([Math.floor(drive), Math.ceil(drive)]));
    }
  });

  it.each(['on', 'fast'])('LEDs take turns, so that the strip as a whole does not flicker (%s)', (which) => {
    const greens = seenOf(which).frames.map((frame) => frame.filter((_, at) => at % 3 === 1).reduce((total, byte) => total + byte, 0));
    expect(Math.max(...greens) - Math.min(...greens)).toBeLessThanOrEqual(LEDS / 2);
    expect(new Set(seenOf(which).frames.map((frame) => frame.join(' '))).size).toBeGreaterThan(5);
  });

  it('values of whole steps are still, and sent again as a refresh alone', () => {
    expectStill(seenOf('fast in red'), [255, 0, 0]);
  });
});

describe.each(['off', 'slow'])('not dithered (%s)', (which) => {
  it('the nearest steps are still, and sent again as a refresh alone', () => {
    expectStill(seenOf(which), drives.map(Math.round));
  });
});
