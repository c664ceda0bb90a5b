/** Protocol §5: Home Assistant's JSON, bare words, single attributes. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ifEmbedded, isEmbedded } from '../support/carrier.ts';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub } from './mosquitto.ts';
import { allHeard, eventsOf, stage, wholeState } from './stage.ts';

const house = stage();
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
  const plain = { state: 'ON', brightness: 100, color: '#000000', effect: 'off', palette: 'default', speed: 128, intensity: 128 };
  for (const zone of ['floor', 'desk']) await phone.ask({ type: 'zone.set', zone, ...plain });
});

const set = (payload: string, zone = 'floor') => phone.say(`diuna/zone/${zone}/set`, payload);

describe('bare words', () => {
  it.each([
    ['OFF', { state: 'OFF', brightness: 100 }],
    ['off', { state: 'OFF' }],
    ['TOGGLE', { state: 'OFF' }],
    ['Toggle', { state: 'OFF' }],
    ['#ff8800', { color: { r: 255, g: 136, b: 0 } }],
    ['#FF8800', { color: { r: 255, g: 136, b: 0 } }],
    ['tomato', { color: { r: 255, g: 99, b: 71 } }],
    ['DarkSlateGray', { color: { r: 47, g: 79, b: 79 } }],
    ['128', { brightness: 128 }],
    ['255', { brightness: 255 }],
    ['1', { brightness: 1 }],
    ['0', { state: 'OFF', brightness: 100 }],
    ['50%', { brightness: 128 }],
    ['100%', { brightness: 255 }],
    ['1%', { brightness: 3 }],
    ['0%', { state: 'OFF', brightness: 100 }],
    ['+10', { brightness: 110 }],
    ['-10', { brightness: 90 }],
    ['+10%', { brightness: 126 }],
    ['-10%', { brightness: 74 }],
    ['+255', { brightness: 255 }],
    ['-255', { state: 'ON', brightness: 1 }],
    [' 42\n', { brightness: 42 }],
  ])('%j', async (word, expected) => {
    expect(await set(word)).toMatchObject({ request_id: null, ok: true, changed: true, state: expected });
  });

  it('a colour with white, where there is one', async () => {
    expect(await set('#01020304', 'desk')).toMatchObject({ ok: true, state: { color: { r: 1, g: 2, b: 3, w: 4 } } });
    expect(await set('#01020304', 'floor')).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });

  it.each([
    ['256', 'out_of_range'],
    ['101%', 'out_of_range'],
    ['1.5', 'out_of_range'],
    ['+256', 'out_of_range'],
    ['', 'invalid_command'],
    [' ', 'invalid_command'],
    ['ONN', 'invalid_command'],
    ['blurple', 'invalid_command'],
    ['#12345', 'invalid_command'],
    ['NaN', 'invalid_command'],
    ['Infinity', 'invalid_command'],
    ['1e2', 'invalid_command'],
    ['0x10', 'invalid_command'],
    ['--5', 'invalid_command'],
    ['"ON"', 'invalid_command'],
    ['[1]', 'invalid_command'],
    ['null', 'invalid_command'],
    ['true', 'invalid_command'],
    ['__proto__', 'invalid_command'],
    ['constructor', 'invalid_command'],
  ])('%j is none, which its sender is told', async (word, code) => {
    const { version, state } = await phone.ask({ type: 'zone.set_power', zone: 'floor', state: 'ON' });
    const reply = await set(word);
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code }, version, state });
  });

  it('a zone that does not exist is told', async () => {
    expect(await set('ON', 'moon')).toMatchObject({ ok: false, error: { code: 'unknown_zone', path: 'zone' } });
    expect(await set('ON', '__proto__')).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
    expect(await set('ON', 'FLOOR')).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
  });

  it('all is every zone', async () => {
    await set('OFF', 'all');
    expect(await set('12', 'all')).toMatchObject({ ok: true, state: { state: 'ON', brightness: 12 } });
    expect(Object.values((await wholeState(phone)).zones).map(({ brightness }) => brightness)).toEqual([12, 12, 12]);
  });

  it('each publish is a new command', async () => {
    const watcher = await house.watcher('watcher');
    for (let count = 0; count < 4; count += 1) await set('TOGGLE');
    await allHeard(watcher);
    expect(eventsOf(watcher, 'floor').map(({ request_id, origin }) => [request_id, origin])).toEqual(
      Array.from({ length: 4 }, () => [null, isEmbedded() ? 'phone' : null]),
    );
  });
});

describe("Home Assistant's JSON", () => {
  it.each([
    [
      { state: 'ON', brightness: 128, color: { r: 255, g: 0, b: 0 }, transition: 0.5 },
      { brightness: 128, color: { r: 255, g: 0, b: 0 } },
    ],
    [{ state: 'OFF' }, { state: 'OFF' }],
    [{ state: 'OFF', transition: 2 }, { state: 'OFF' }],
    [{ state: 'ON', color: { h: 0, s: 100 } }, { color: { r: 255, g: 0, b: 0 } }],
    [
      { state: 'ON', color_temp: 3000 },
      { color_mode: 'color_temp', color_temp: 3000 },
    ],
    [{ state: 'ON', effect: 'rainbow' }, { effect: 'rainbow' }],
    [
      { state: 'ON', brightness: 0 },
      { state: 'OFF', brightness: 100 },
    ],
    [
      { state: 'ON', effect: 'rainbow', color: { r: 1, g: 2, b: 3 } },
      { effect: 'rainbow', color: { r: 1, g: 2, b: 3 } },
    ],
    [
      { speed: 7, intensity: 9, palette: 'party' },
      { speed: 7, intensity: 9, palette: 'party' },
    ],
  ])('%j', async (payload, expected) => {
    expect(await set(JSON.stringify(payload))).toMatchObject({ request_id: null, ok: true, changed: true, state: expected });
  });

  it('with white', async () => {
    expect(await set('{"state":"ON","white":200}', 'desk')).toMatchObject({ ok: true, state: { color_mode: 'rgbw', color: { w: 200 } } });
    expect(await set('{"state":"ON","color":{"r":1,"g":2,"b":3,"w":4}}', 'desk')).toMatchObject({
      state: { color: { r: 1, g: 2, b: 3, w: 4 } },
    });
  });

  it('flash changes nothing and is answered', async () => {
    expect(await set('{"state":"ON","flash":2}')).toMatchObject({ ok: true, changed: false });
    expect(await set('{"state":"ON","flash":10.5}')).toMatchObject({ ok: true, changed: false });
  });

  it.each([
    ['{"state":"MAYBE"}', 'invalid_command', 'state'],
    ['{"brightness":"128"}', 'invalid_command', 'brightness'],
    ['{"brightness":256}', 'out_of_range', 'brightness'],
    ['{"brightness":-1}', 'out_of_range', 'brightness'],
    ['{"color":{"r":1,"g":2}}', 'invalid_command', 'color.b'],
    ['{"color":{"r":1,"g":2,"b":"3"}}', 'invalid_command', 'color.b'],
    ['{"color":{"h":361,"s":1}}', 'out_of_range', 'color.h'],
    ['{"color":7}', 'invalid_command', 'color'],
    ['{"effect":"nope"}', 'unknown_effect', 'effect'],
    ['{"effect":5}', 'invalid_command', 'effect'],
    ['{"transition":-1}', 'out_of_range', 'transition'],
    ['{"colour":"red"}', 'invalid_command', 'colour'],
    ['{"type":"zone.toggle"}', 'invalid_command', 'type'],
    ['{"zone":"shelf","state":"ON"}', 'invalid_command', 'zone'],
  ])('%s is refused with its path', async (payload, code, path) => {
    expect(await set(payload)).toMatchObject({ request_id: null, ok: false, error: { code, path } });
  });

  it.each(['{', '{"state":', '{"state":NaN}', "{'state':'ON'}"])('%s is not JSON', async (payload) => {
    expect(await set(payload)).toMatchObject({ request_id: null, ok: false, error: { code: 'invalid_json' }, version: expect.any(Number) });
  });
});

describe('single attributes', () => {
  it.each([
    ['brightness', '42', { brightness: 42 }],
    ['brightness', '10%', { brightness: 26 }],
    ['brightness', '+5', { brightness: 105 }],
    ['brightness', '0', { state: 'OFF', brightness: 100 }],
    ['color', '#010203', { color: { r: 1, g: 2, b: 3 } }],
    ['color', 'lime', { color: { r: 0, g: 255, b: 0 } }],
    ['color', '{"r":4,"g":5,"b":6}', { color: { r: 4, g: 5, b: 6 } }],
    ['color', '{"h":120,"s":100}', { color: { r: 0, g: 255, b: 0 } }],
    ['color_temp', '4000', { color_mode: 'color_temp', color_temp: 4000 }],
    ['effect', 'Rainbow', { effect: 'rainbow' }],
    ['palette', 'party', { palette: 'party' }],
    ['speed', '200', { speed: 200 }],
    ['intensity', '0', { intensity: 0 }],
    ['power', 'OFF', { state: 'OFF' }],
    ['power', 'toggle', { state: 'OFF' }],
  ])('%s %s', async (attribute, payload, expected) => {
    const reply = await phone.say(`diuna/zone/floor/set/${attribute}`, payload);
    expect(reply).toMatchObject({ request_id: null, ok: true, changed: true, state: expected });
  });

  it.each([
    ['brightness', '256', 'out_of_range'],
    ['brightness', 'bright', 'invalid_command'],
    ['brightness', '', 'invalid_command'],
    ['color', 'blurple', 'invalid_command'],
    ['color', '', 'invalid_command'],
    ['color_temp', '100', 'out_of_range'],
    ['color_temp', 'warm', 'invalid_command'],
    ['effect', 'nope', 'unknown_effect'],
    ['effect', '', 'invalid_command'],
    ['palette', 'nope', 'unknown_palette'],
    ['speed', '-1', 'out_of_range'],
    ['speed', '', 'invalid_command'],
    ['intensity', '1.5', 'out_of_range'],
    ['power', '1', 'invalid_command'],
    ['colour', 'red', 'invalid_command'],
    ['__proto__', '1', 'invalid_command'],
  ])('%s %j is refused', async (attribute, payload, code) => {
    const reply = await phone.say(`diuna/zone/floor/set/${attribute}`, payload);
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code }, version: expect.any(Number), state: { state: 'ON' } });
  });
});

describe('what a light remembers', () => {
  it('a bare ON restores the last brightness, colour and effect', async () => {
    await set('{"state":"ON","brightness":73,"color":{"r":9,"g":8,"b":7},"effect":"rainbow"}');
    const off = await set('OFF');
    expect(off).toMatchObject({ state: { state: 'OFF', brightness: 73, effect: 'rainbow' } });
    expect(await set('ON')).toMatchObject({ state: { state: 'ON', brightness: 73, color: { r: 9, g: 8, b: 7 }, effect: 'rainbow' } });
  });

  it('brightness 0 is off and keeps the last level', async () => {
    await set('73');
    expect(await set('{"brightness":0}')).toMatchObject({ state: { state: 'OFF', brightness: 73 } });
    expect(await set('ON')).toMatchObject({ state: { state: 'ON', brightness: 73 } });
  });

  it('a colour without an effect ends a running effect; both together start the effect in that colour', async () => {
    await set('{"effect":"rainbow"}');
    expect(await set('red')).toMatchObject({ state: { effect: 'off', color: { r: 255, g: 0, b: 0 } } });
    expect(await set('{"effect":"breathe","color":{"r":0,"g":0,"b":255}}')).toMatchObject({
      state: { effect: 'breathe', color: { r: 0, g: 0, b: 255 } },
    });
    expect(await set('{"color":{"r":0,"g":255,"b":0}}')).toMatchObject({ state: { effect: 'off' } });
  });

  it('brightness does not end an effect', async () => {
    await set('{"effect":"rainbow"}');
    expect(await set('55')).toMatchObject({ state: { effect: 'rainbow', brightness: 55 } });
  });
});

describe('what was sent is echoed exactly', () => {
  it('every brightness from 1 to 255, in the reply, the event and the state', async () => {
    const watcher = await house.watcher('watcher');
    const levels = Array.from({ length: 255 }, (_, index) => index + 1);
    const before = phone.on(`${phone.topic}/response`).length;
    await Promise.all(
      levels.map((level) => phone.mqtt.publishAsync('diuna/zone/desk/set', JSON.stringify({ brightness: level }), { qos: 1 })),
    );
    const replies = (await phone.untilReplies(before + 255)).slice(before);
    expect(replies.map(({ state }) => state?.['brightness'])).toEqual(levels);
    await until(() => eventsOf(watcher, 'desk').length >= 255, 'the events');
    await allHeard(watcher);
    expect(eventsOf(watcher, 'desk').map(({ payload }) => payload.state['brightness'])).toEqual(levels);
    await until(() => watcher.state('desk')?.['brightness'] === 255, 'the last state');
  });

  it('r, g, b and w, however they are written', async () => {
    const level = fc.integer({ min: 0, max: 255 });
    const hex = (value: number) => value.toString(16).padStart(2, '0');
    await fc.assert(
      fc.asyncProperty(level, level, level, level, fc.nat(3), async (r, g, b, w, way) => {
        const text = `#${hex(r)}${hex(g)}${hex(b)}${hex(w)}`;
        const reply =
          way === 0
            ? await set(JSON.stringify({ color: { r, g, b, w } }), 'desk')
            : way === 1
              ? await set(text, 'desk')
              : way === 2
                ? await phone.say('diuna/zone/desk/set/color', text)
                : await phone.ask({ type: 'zone.set_color', zone: 'desk', color: { r, g, b, w } });
        expect(reply.state?.['color']).toEqual({ r, g, b, w });
      }),
      { numRuns: 100 },
    );
  });
});

ifEmbedded(describe.runIf(mosquitto))('with mosquitto_pub', () => {
  it('every word of a shell script arrives', async () => {
    const watcher = await house.watcher('watcher');
    const words = ['OFF', 'ON', '#ff8800', 'red', '10', '50%', '+10', '-10%', '{"brightness":7}'];
    for (const word of words) await mosquittoPub(house.home.port, '-i', 'shell', '-q', '2', '-t', 'diuna/zone/floor/set', '-m', word);
    const replies = await until(() => {
      const heard = watcher.on('diuna/client/shell/response');
      return heard.length === words.length && heard.map(({ payload }) => JSON.parse(payload));
    }, 'the replies');
    expect(replies.map(({ ok, state }) => [ok, state.state, state.brightness])).toEqual([
      [true, 'OFF', 100],
      [true, 'ON', 100],
      [true, 'ON', 100],
      [true, 'ON', 100],
      [true, 'ON', 10],
      [true, 'ON', 128],
      [true, 'ON', 138],
      [true, 'ON', 112],
      [true, 'ON', 7],
    ]);
  });

  it('an empty message is answered as well', async () => {
    const watcher = await house.watcher('watcher');
    await mosquittoPub(house.home.port, '-i', 'shell', '-n', '-t', 'diuna/zone/floor/set');
    const reply = await until(() => watcher.on('diuna/client/shell/response')[0], 'the reply');
    expect(JSON.parse(reply.payload)).toMatchObject({ ok: false, error: { code: 'invalid_command' } });
  });
});
