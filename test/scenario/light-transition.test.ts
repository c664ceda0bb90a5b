/** Target against current: the target is told once and at once, the LEDs follow over many frames, and nothing ever jumps. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { clockPalettes, jumps, lightBetween, type Moment, startClock, timed, valuesBetween } from './light-clock.ts';
import { light, lightHouse, set } from './light-house.ts';
import { allHeard, eventsOf } from './stage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The steepest that light changes with the value sent: the end of the sRGB curve. */
const LIGHT_PER_VALUE = 2.28 / 255;
const FIRST_S = 0.6;
const SECOND_S = 0.4;
const SECOND_MS = SECOND_S * 1000;
/** An effect that hardly moves: six sides of 255 values in 64 s. */
const slowEffect = { effect: 'rainbow', palette: 'rainbow', speed: 0, intensity: 128 };
const SLOW_PER_MS = (6 * 255 * LIGHT_PER_VALUE) / 64_000;

interface Case {
  readonly name: string;
  readonly before: Fields;
  readonly first: Fields;
  /** Whether a LED is on its way, at which the second change is sent. */
  readonly halfway: (red: number, green: number, blue: number) => boolean;
  readonly second: Fields;
  readonly end: readonly [number, number, number];
  readonly between: typeof lightBetween;
  /** The most that may change in a millisecond. */
  readonly perMs: number;
}

const cases: readonly Case[] = [
  {
    name: 'from colour to colour',
    before: { color: '#ff0000' },
    first: { color: '#0000ff' },
    halfway: (_red, _green, blue) => blue > 180,
    second: { color: '#00ff00' },
    end: [0, 255, 0],
    between: lightBetween,
    perMs: 1 / SECOND_MS,
  },
  {
    name: 'from brightness to brightness, evenly in what is sent',
    before: { color: '#ffffff' },
    first: { brightness: 5 },
    halfway: (red) => red < 130,
    second: { brightness: 255 },
    end: [255, 255, 255],
    between: valuesBetween,
    perMs: 250 / SECOND_MS,
  },
  {
    name: 'from on to off and on again',
    before: { color: '#c8c8c8' },
    first: { state: 'OFF' },
    halfway: (red) => red < 100,
    second: { state: 'ON' },
    end: [200, 200, 200],
    between: valuesBetween,
    perMs: 200 / SECOND_MS,
  },
  {
    name: 'from off to on and off again',
    before: { color: '#ffffff', state: 'OFF' },
    first: { state: 'ON' },
    halfway: (red) => red > 120,
    second: { state: 'OFF' },
    end: [0, 0, 0],
    between: valuesBetween,
    perMs: 255 / SECOND_MS,
  },
  {
    name: 'from an effect, which goes on, to a colour to another',
    before: { color: '#000000', ...slowEffect },
    first: { color: '#000040' },
    halfway: (...components) => Math.max(...components) < 200,
    second: { color: '#ffffff' },
    end: [255, 255, 255],
    between: lightBetween,
    perMs: 1 / SECOND_MS + SLOW_PER_MS,
  },
  {
    name: 'from a colour to an effect to another effect',
    before: { color: '#ff0000' },
    first: { ...slowEffect, palette: 'forest' },
    halfway: (red) => red < 180,
    second: { effect: 'solid', color: '#0000ff' },
    end: [0, 0, 255],
    between: lightBetween,
    perMs: 1 / SECOND_MS + SLOW_PER_MS,
  },
  {
    name: 'with another brightness, the fade of the colour going on as it was',
    before: { color: '#ff0000' },
    first: { color: '#00ff00' },
    halfway: (_red, green) => green > 120,
    second: { brightness: 100 },
    end: [0, 100, 0],
    between: lightBetween,
    perMs: 1 / (FIRST_S * 1000) + (155 * LIGHT_PER_VALUE) / SECOND_MS,
  },
];

const LEDS = 3;
const rangeOf = (index: number) => [1 + index * LEDS, (index + 1) * LEDS] as const;
const bytesOf = (index: number) => [rangeOf(index)[0] * 3, (rangeOf(index)[1] + 1) * 3] as const;
/** The LED of a zone that begins the clock's effect with it. */
const TWIN = 1 + cases.length * LEDS;
const zones = cases.map((_, index) => [`zone${index}`, { strip: 'main', range: rangeOf(index) }]);

const { house, wires } = await lightHouse(
  { main: { length: TWIN + 1 } },
  {
    renderer: { transition: 0, gamma: 1 },
    palettes: clockPalettes,
    zones: { clock: { strip: 'main', range: [0, 0] }, twin: { strip: 'main', range: [TWIN, TWIN] }, ...Object.fromEntries(zones) },
  },
);
const { main } = wires;

beforeAll(async () => {
  const starter = await house.client('starter');
  await startClock(starter, 'twin');
});

describe('a transition', () => {
  it('is told once, as its target, while the light passes through many frames', async () => {
    const phone = await house.client('phone');
    await set(phone, 'zone0', { state: 'ON', brightness: 255, color: '#ff0000' });
    await main.shows([255, 0, 0], ...bytesOf(0));
    const watcher = await house.watcher('watcher');
    const [before, first] = [watcher.heard.length, main.count - 1];
    const reply = await set(phone, 'zone0', { color: '#0000ff', transition: 1 });
    const target = { state: 'ON', brightness: 255, color: { r: 0, g: 0, b: 255 }, effect: 'off' };
    expect(reply.state).toMatchObject(target);
    await until(() => watcher.state('zone0')?.['version'] === reply.version, 'the state');
    expect(watcher.state('zone0')).toMatchObject(target);
    await main.shows([0, 0, 255], ...bytesOf(0));
    await main.more(3);
    await main.shows([0, 0, 255], ...bytesOf(0));

    await allHeard(watcher);
    const told = watcher.heard.slice(before);
    expect(told.filter(({ topic }) => topic === 'diuna/zone/zone0/state')).toHaveLength(1);
    expect(eventsOf(watcher, 'zone0')).toMatchObject([{ version: reply.version, payload: { state: target } }]);

    const moments = timed(main.since(first));
    expect(jumps(moments, rangeOf(0), lightBetween, 1 / 1000)).toEqual([]);
    const reds = [...new Set(moments.map(({ frame }) => frame[3] ?? 0))];
    expect(reds.length).toBeGreaterThan(10);
    expect(reds).toEqual(reds.toSorted((a, b) => b - a));
    expect([reds[0], reds.at(-1)]).toEqual([255, 0]);
    expectLine(moments.filter(({ frame }) => frame[3] !== 255 && frame[3] !== 0));
  });

  it('of no time is one frame', async () => {
    const phone = await house.client('phone');
    await set(phone, 'zone0', { state: 'ON', brightness: 255, color: '#ff0000' });
    await main.shows([255, 0, 0], ...bytesOf(0));
    const first = main.count;
    await set(phone, 'zone0', { color: '#00ff80', transition: 0 });
    await main.shows([0, 255, 128], ...bytesOf(0));
    const colors = new Set(main.since(first).map((frame) => frame.subarray(3, 6).join(' ')));
    expect([...colors].filter((color) => color !== '255 0 0')).toEqual(['0 255 128']);
  });
});

describe('an effect', () => {
  const twinOf = (frame: Buffer) => frame.subarray(TWIN * 3, TWIN * 3 + 3);
  const inStep = (frame: Buffer) => twinOf(frame).equals(frame.subarray(0, 3));

  it('goes on through a transition to itself in other colours and back', async () => {
    const phone = await house.client('phone');
    await main.frame('both in step', inStep);
    await set(phone, 'twin', { palette: 'ocean', transition: 0.2 });
    await main.frame('other colours', (frame) => (twinOf(frame)[2] ?? 0) > 60);
    await set(phone, 'twin', { palette: 'clock', transition: 0.2 });
    await main.frame('its own again', inStep);
    await main.more(3);
    const rest = await main.more(5);
    expect(rest.filter((frame) => !inStep(frame))).toEqual([]);
  });

  it('goes on while it fades into a colour', async () => {
    const phone = await house.client('phone');
    await main.frame('both in step', inStep);
    const first = main.count;
    await set(phone, 'twin', { color: '#0000ff', transition: 0.8 });
    await main.shows([0, 0, 255], TWIN * 3);
    for (const frame of main.since(first)) {
      const [red = 0, green = 0, blue = 0] = twinOf(frame);
      const left = 1 - light(blue);
      expect(Math.abs(light(red) - left * light(frame[0] ?? 0))).toBeLessThan(0.01);
      expect(Math.abs(light(green) - left * light(frame[1] ?? 0))).toBeLessThan(0.01);
    }
  });
});

/** Red gives its light to blue, evenly, in a second. */
function expectLine(moments: readonly Moment[]): void {
  const share = ({ frame }: Moment) => (light(frame[5] ?? 0) + 1 - light(frame[3] ?? 0)) / 2;
  const [begun] = moments;
  if (begun === undefined) throw new Error('there is no frame between');
  const drifts = moments.map((moment) => share(moment) - share(begun) - (moment.atMs - begun.atMs) / 1000);
  expect(Math.max(...drifts.map(Math.abs))).toBeLessThan(0.015);
}

describe('a transition that is interrupted goes on from what is shown', () => {
  let moments: readonly (readonly Moment[])[] = [];

  /** All at once: no zone knows of another. */
  beforeAll(async () => {
    const phone = await house.client('phone');
    moments = await Promise.all(cases.map((each, index) => interrupt(phone, each, index)));
  });

  it.each(cases.map((each, index) => ({ ...each, index })))('$name', ({ index, between, perMs, end }) => {
    const seen = moments[index] ?? [];
    expect(jumps(seen, rangeOf(index), between, perMs)).toEqual([]);
    const frames = seen.map(({ frame }) => frame.subarray(...bytesOf(index)));
    expect(new Set(frames.map((frame) => frame.join(' '))).size).toBeGreaterThan(10);
    expect(frames.at(-1)).toEqual(Buffer.from(Array.from({ length: LEDS }, () => end).flat()));
  });
});

/** Asks for the first change, and for the second when a frame is on its way. @returns all frames until the end. */
async function interrupt(phone: TestClient, { before, first, halfway, second, end }: Case, index: number): Promise<Moment[]> {
  const zone = `zone${index}`;
  const [at] = bytesOf(index);
  await set(phone, zone, { state: 'ON', brightness: 255, effect: 'off', ...before });
  await main.more(20);
  const begun = main.count;
  await set(phone, zone, { ...first, transition: FIRST_S });
  await main.frame('the middle', (frame) => halfway(frame[at] ?? 0, frame[at + 1] ?? 0, frame[at + 2] ?? 0));
  await set(phone, zone, { ...second, transition: SECOND_S });
  await main.shows(end, ...bytesOf(index));
  await main.more(3);
  return timed(main.since(begun));
}
