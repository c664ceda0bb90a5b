/** Effects and palettes by all their names, and the palettes of a config. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { lightHouse, set } from './light-house.ts';

const own = (first: string, second: string) => ({
  palettes: {
    house: {
      name: 'Our House',
      stops: [
        { at: 0, color: first },
        { at: 0.5, color: first },
        { at: 0.5, color: second },
        { at: 1, color: second },
      ],
    },
  },
});
const LEDS = 12;

const { house, wires, reload } = await lightHouse(
  { main: { length: LEDS } },
  { renderer: { transition: 0, gamma: 1 }, ...own('#204060', '#804020'), zones: { floor: { strip: 'main', range: [0, LEDS - 1] } } },
);
const { main } = wires;
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
});

interface Named {
  readonly id: string;
  readonly name: string;
  readonly aliases?: readonly string[];
}

async function infoOf(part: 'effects' | 'palettes'): Promise<readonly Named[]> {
  if (phone.on('diuna/info').length === 0) await phone.mqtt.subscribeAsync('diuna/info', { qos: 1 });
  const info = await until(() => phone.on('diuna/info').at(-1), 'the info');
  return JSON.parse(info.payload)[part];
}

/** Each name as it is, in capitals, in small letters and the other way round. */
function spellings({ id, name, aliases = [] }: Named): string[] {
  const swapped = (text: string) =>
    Array.from(text, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()));
  const all = [id, name, ...aliases].flatMap((each) => [each, each.toUpperCase(), each.toLowerCase(), swapped(each).join('')]);
  return [...new Set(all)];
}

/** Sends them all, one after the other, without waiting in between. @returns the replies, in order. */
async function sayAll(attribute: string, texts: readonly string[]) {
  const before = phone.replies().length;
  await Promise.all(texts.map((text) => phone.mqtt.publishAsync(`diuna/zone/floor/set/${attribute}`, text, { qos: 1 })));
  return (await phone.untilReplies(before + texts.length)).slice(before);
}

describe('every effect and every palette', () => {
  it.each(['effect', 'palette'] as const)('(%s) is found by id, name and alias in any case', async (attribute) => {
    const known = await infoOf(`${attribute}s`);
    expect(known.length).toBeGreaterThan(20);
    const wanted = known.flatMap((each) => spellings(each).map((text) => ({ text, id: each.id })));
    const replies = await sayAll(
      attribute,
      wanted.map(({ text }) => text),
    );
    const got = replies.map((reply, index) => [wanted[index]?.text, reply.ok ? reply.state?.[attribute] : reply.error.message]);
    expect(got).toEqual(wanted.map(({ text, id }) => [text, id]));
    const power = new Set(replies.map(({ state }) => state?.['state']));
    if (attribute === 'effect') expect(power).toEqual(new Set(['ON']));
  });

  it.each([
    ['effect', 'rainbou', 'rainbow', 1],
    ['effect', 'TWINKEL', 'twinkle', 3],
    ['effect', 'bounce balls', 'bouncing-balls', 1],
    ['palette', 'ocaen', 'ocean', 1],
    ['palette', 'colors', 'colors-1-2', 3],
    ['palette', 'hose', 'house', 1],
  ] as const)('(%s) %j is unknown, and the nearest are named, three at most', async (attribute, text, meant, least) => {
    const { version, state } = await set(phone, 'floor', { state: 'ON' });
    const reply = await phone.say(`diuna/zone/floor/set/${attribute}`, text);
    expect(reply).toMatchObject({ ok: false, error: { code: `unknown_${attribute}`, path: attribute }, version, state });
    const message = reply.ok ? '' : reply.error.message;
    const named = /did you mean (.*)\?$/.exec(message)?.[1]?.split(', ') ?? [];
    expect(named, message).toContain(meant);
    expect(named.length, message).toBeGreaterThanOrEqual(least);
    expect(named.length, message).toBeLessThanOrEqual(3);
    const ids = new Set(['off', ...(await infoOf(`${attribute}s`)).map(({ id }) => id)]);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});

describe('a palette of the config', () => {
  const [slate, rust] = ['204060', '804020'];
  const colorsOf = (frame: Buffer) => new Set(frame.toString('hex').match(/.{6}/g));
  const start = { state: 'ON', brightness: 255, effect: 'gradient', intensity: 0, mirror: false, reverse: false };
  const ends = (first: string, last: string) =>
    main.frame(`${first} at one end and ${last} at the other`, (frame) => {
      const hex = frame.toString('hex');
      return hex.startsWith(first) && hex.endsWith(last);
    });

  it('is told, found by its name, and shown in its colours', async () => {
    expect(await infoOf('palettes')).toContainEqual({
      id: 'house',
      name: 'Our House',
      colors: ['#204060', '#204060', '#804020', '#804020'],
    });
    const { state } = await set(phone, 'floor', { ...start, palette: 'our house' });
    expect(state).toMatchObject({ effect: 'gradient', palette: 'house' });
    const frame = await ends(slate, rust);
    expect(colorsOf(frame).size).toBeLessThanOrEqual(3); // the edge may fall on a LED
  });

  it('is shown in other colours once a reload changes it, the effect going on', async () => {
    const { version } = await set(phone, 'floor', { ...start, palette: 'house' });
    const watcher = await house.watcher('watcher');
    await reload(own('#00ff00', '#0000ff'));
    const frame = await ends('00ff00', '0000ff');
    expect([...colorsOf(frame)].filter((color) => [slate, rust].includes(color))).toEqual([]);
    await until(async () => (await infoOf('palettes')).some(({ id }) => id === 'house'), 'the info');
    expect(watcher.state('floor')).toMatchObject({ version, palette: 'house' });
  });

  it('that a reload takes away gives its zone the effect’s own, and the state says so', async () => {
    await set(phone, 'floor', { ...start, effect: 'rainbow', intensity: 128, palette: 'house' });
    await main.frame('its colours', (frame) => !frame.toString('hex').includes('ff00ff') && frame.toString('hex').includes('00ff00'));
    const watcher = await house.watcher('watcher');
    await reload({ palettes: {} });
    const state = await until(() => watcher.state('floor')?.['palette'] === 'default' && watcher.state('floor'), 'the state');
    expect(state).toMatchObject({ state: 'ON', effect: 'rainbow', source: 'system' });
    const red = (frame: Buffer) => frame.some((byte, at) => at % 3 === 0 && byte > 200);
    await main.frame('a rainbow, with its reds', red);
    expect(await phone.say('diuna/zone/floor/set/palette', 'house')).toMatchObject({ ok: false, error: { code: 'unknown_palette' } });
    expect((await infoOf('palettes')).map(({ id }) => id)).not.toContain('house');
  });
});
