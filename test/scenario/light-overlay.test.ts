/** What is shown over a zone's picture: identify and flash hide it, and it goes on beneath as if they had not been. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { clockEffect, clockPalettes, roundOf, startClock, timed } from './light-clock.ts';
import { light, lightHouse, set } from './light-house.ts';
import { allHeard, eventsOf } from './stage.ts';

const { house, wires } = await lightHouse(
  { main: { length: 13 } },
  {
    renderer: { transition: 0, gamma: 1 },
    palettes: clockPalettes,
    zones: {
      clock: { strip: 'main', range: [0, 0] },
      floor: { strip: 'main', range: [1, 4] },
      shelf: { strip: 'main', range: [5, 8] },
      desk: { strip: 'main', range: [9, 12] },
    },
  },
);
const { main } = wires;
const zoneBytes = { floor: [3, 15], shelf: [15, 27], desk: [27, 39] } as const;
const SHELF_LED = 5;
beforeAll(async () => {
  const starter = await house.client('starter');
  await startClock(starter);
});

/** The colour of a zone's first LED, of which all others must be. */
function colorOf(frame: Buffer, zone: keyof typeof zoneBytes): string {
  const [at, end] = zoneBytes[zone];
  const leds = Array.from({ length: (end - at) / 3 }, (_, led) => frame.subarray(at + led * 3, at + led * 3 + 3).join(' '));
  expect(new Set(leds).size).toBe(1);
  return leds[0] ?? '';
}

const WHITE = '255 255 255';
const BLACK = '0 0 0';
const isBlink = (color: string) => color === WHITE || color === BLACK;

describe('system.identify', () => {
  it('hides a transition and an effect, which are afterwards where they would have been', async () => {
    const phone = await house.client('phone');
    await set(phone, 'floor', { color: '#ff0000', brightness: 255 });
    await set(phone, 'shelf', clockEffect);
    await main.shows([255, 0, 0], ...zoneBytes.floor);
    const watcher = await house.watcher('watcher');
    const first = main.count;
    await set(phone, 'floor', { color: '#0000ff', transition: 6 });
    await main.frame('the transition', (frame) => (frame[5] ?? 0) > 60);
    const identify = ['floor', 'shelf'].map((zone) => ({ type: 'system.identify', zone }));
    expect(await phone.ask({ type: 'batch', commands: identify })).toMatchObject({ ok: true, changed: false });
    await main.frame('a blink', (frame) => colorOf(frame, 'floor') === WHITE);
    await main.frame('the end', (frame) => !isBlink(colorOf(frame, 'floor')));
    await main.more(20);

    const moments = timed(main.since(first));
    const colors = moments.map(({ frame }) => colorOf(frame, 'floor'));
    const begin = colors.findIndex(isBlink);
    const end = begin + colors.slice(begin).findIndex((color) => !isBlink(color));
    const [before, during, after] = [moments.slice(0, begin), moments.slice(begin, end), moments.slice(end)];
    expect(during.map(({ frame }) => colorOf(frame, 'shelf'))).toEqual(colors.slice(begin, end));
    expect(
      blinks(
        during.map(({ frame }) => frame),
        'floor',
        WHITE,
      ),
    ).toBeGreaterThanOrEqual(4); // six, unless the machine slept through one
    const lasted = (after[0]?.atMs ?? 0) - (during[0]?.atMs ?? 0);
    expect(lasted).toBeGreaterThan(2500);

    const moving = before.findLast(({ frame }) => frame[3] !== 255);
    if (moving === undefined) throw new Error('the transition was never seen');
    for (const { atMs, frame } of after) {
      const came = light(frame[5] ?? 0) - light(moving.frame[5] ?? 0);
      expect(Math.abs(came - (atMs - moving.atMs) / 6000)).toBeLessThan(0.015);
    }
    const aheads = [...before, ...after].map(({ frame }) => aheadOf(frame));
    expect(aheads.filter((ahead) => apart(ahead, aheads[0] ?? 0) > 0.005)).toEqual([]);

    await allHeard(watcher);
    expect(eventsOf(watcher)).toHaveLength(1);
  });
});

/** How far the effect on the shelf is ahead of the same one on the clock, in rounds. */
function aheadOf(frame: Buffer): number {
  return roundOf(frame, SHELF_LED) - roundOf(frame, 0);
}

/** Between two places on a way round. */
function apart(a: number, b: number): number {
  return Math.abs(a - b - Math.round(a - b));
}

/** How often a zone turns to a colour, the first time too. */
function blinks(frames: readonly Buffer[], zone: keyof typeof zoneBytes, color: string): number {
  const lit = frames.map((frame) => colorOf(frame, zone) === color);
  return lit.filter((now, index) => now && lit[index - 1] !== true).length;
}

describe('flash', () => {
  let seen: readonly Buffer[] = [];

  /** Of all three at once, until each was lit twice and is over. */
  beforeAll(async () => {
    const asker = await house.client('asker');
    await set(asker, 'floor', { state: 'ON', color: '#ff8000', brightness: 255, transition: 0 });
    await set(asker, 'shelf', { ...clockEffect, color: '#0000ff', transition: 0 });
    await set(asker, 'desk', { state: 'OFF', color: '#00ff00', brightness: 100, transition: 0 });
    await main.shows([255, 128, 0], ...zoneBytes.floor);
    await main.more(5);
    const first = main.count - 1;
    const flashes = ['floor', 'shelf', 'desk'].map((zone) => ({ type: 'zone.set', zone, flash: 0.6 }));
    expect(await asker.ask({ type: 'batch', commands: flashes })).toMatchObject({ ok: true, changed: false });
    await until(() => blinks(main.since(first), 'desk', '0 100 0') === 2 && colorOf(main.newest, 'desk') === BLACK, 'the end of the flash');
    await main.more(5);
    seen = main.since(first);
  });

  it('blinks a solid colour in itself, and then leaves it as it was', () => {
    const colors = seen.map((frame) => colorOf(frame, 'floor'));
    expect(new Set(colors)).toEqual(new Set(['255 128 0', BLACK]));
    expect(colors.at(-1)).toBe('255 128 0');
  });

  it('is seen on a zone that is off, at its brightness, which is dark again afterwards', () => {
    expect(new Set(seen.map((frame) => colorOf(frame, 'desk')))).toEqual(new Set(['0 100 0', BLACK]));
  });

  it('of an effect is in its colour, and the effect goes on beneath', () => {
    const colors = seen.map((frame) => colorOf(frame, 'shelf'));
    expect(colors).toContain('0 0 255');
    const aheads = seen.filter((_, index) => ![BLACK, '0 0 255'].includes(colors[index] ?? '')).map(aheadOf);
    expect(aheads.length).toBeGreaterThan(2);
    expect(aheads.filter((ahead) => apart(ahead, aheads[0] ?? 0) > 0.005)).toEqual([]);
  });
});
