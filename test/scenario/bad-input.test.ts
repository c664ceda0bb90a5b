/** What strangers send: each command gets exactly one reply, and the daemon goes on serving. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ifEmbedded } from '../support/carrier.ts';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { RawClient } from './raw.ts';
import { allHeard, eventsOf, stage, wholeState } from './stage.ts';

const house = stage();
let stranger: TestClient;
let watcher: TestClient;

beforeEach(async () => {
  stranger = await house.client('stranger');
  watcher = await house.watcher('watcher');
});

/** Nobody's prototype was touched, and others are served. */
afterEach(async () => {
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  const other = await house.client('other');
  expect(await other.ask({ type: 'zone.toggle', zone: 'desk' })).toMatchObject({ ok: true, changed: true });
});

/** Those who were there before, on the connections that they had. */
async function expectServed(others: readonly TestClient[]): Promise<void> {
  for (const other of others) {
    expect(await other.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
    expect(other.mqtt.connected).toBe(true);
  }
}

const deepArrays = '['.repeat(30_000) + ']'.repeat(30_000);
const deepObjects = `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`;
const envelope = (rest: string) => `{"request_id":"B-${Math.random().toString(36).slice(2)}",${rest}}`;

const payloads: readonly (readonly [string, string | Buffer, string])[] = [
  ['nothing', '', 'invalid_json'],
  ['blanks', ' \n\t', 'invalid_json'],
  ['a brace', '{', 'invalid_json'],
  ['a cut envelope', '{"request_id":"x","type":"zone.tog', 'invalid_json'],
  ['two envelopes', '{"request_id":"a","type":"system.ping"}{"request_id":"b","type":"system.ping"}', 'invalid_json'],
  ['a trailing comma', '{"request_id":"a","type":"system.ping",}', 'invalid_json'],
  ['single quotes', "{'request_id':'a'}", 'invalid_json'],
  ['NaN', '{"request_id":"a","type":"zone.set_brightness","zone":"floor","brightness":NaN}', 'invalid_json'],
  ['Infinity', '{"request_id":"a","type":"zone.set_brightness","zone":"floor","brightness":Infinity}', 'invalid_json'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'invalid_json'],
  ['a cut UTF-8 character', Buffer.concat([Buffer.from('{"request_id":"a'), Buffer.from([0xc3])]), 'invalid_json'],
  ['zeros', Buffer.alloc(100), 'invalid_json'],
  ['1 MB of blanks', Buffer.alloc(1_000_000, 0x20), 'too_large'],
  ['1 MB of JSON', JSON.stringify({ request_id: 'big', type: 'system.ping', pad: 'x'.repeat(1_000_000) }), 'too_large'],
  ['30,000 arrays in each other', deepArrays, 'invalid_command'],
  ['9,000 objects in each other', deepObjects, 'invalid_command'],
  ['a deep type', envelope(`"type":${deepArrays.slice(10_000, -10_000)}`), 'invalid_command'],
  ['a deep zone', envelope(`"type":"zone.toggle","zone":${deepArrays.slice(10_000, -10_000)}`), 'invalid_command'],
  ['a deep colour', envelope(`"type":"zone.set_color","zone":"floor","color":${deepObjects}`), 'invalid_command'],
  ['a deep command of a batch', envelope(`"type":"batch","commands":[${deepObjects}]`), 'invalid_command'],
  ['a deep schedule', envelope(`"type":"schedule.save","schedule":"a","rule":${deepObjects}`), 'invalid_command'],
  [
    'a schedule of deep arrays',
    envelope(`"type":"schedule.save","schedule":"a","rule":{"a":${deepArrays.slice(0, 30_000)}${deepArrays.slice(-30_000)}}`),
    'invalid_command',
  ],
  ['null', 'null', 'invalid_command'],
  ['true', 'true', 'invalid_command'],
  ['a number', '7', 'invalid_command'],
  ['a text', '"ON"', 'invalid_command'],
  ['a list', '[{"request_id":"a","type":"system.ping"}]', 'invalid_command'],
  ['an empty object', '{}', 'invalid_command'],
  ['__proto__', envelope('"type":"zone.set","zone":"floor","__proto__":{"polluted":1,"brightness":1}'), 'invalid_command'],
  ['__proto__ alone', '{"__proto__":{"request_id":"p","type":"zone.toggle","zone":"floor"}}', 'invalid_command'],
  ['constructor.prototype', envelope('"type":"zone.set","zone":"floor","constructor":{"prototype":{"polluted":1}}'), 'invalid_command'],
  [
    '__proto__ in a colour',
    envelope('"type":"zone.set_color","zone":"floor","color":{"r":1,"g":1,"b":1,"__proto__":{"polluted":1}}'),
    'invalid_command',
  ],
  [
    '__proto__ in a batch',
    envelope('"type":"batch","commands":[{"type":"zone.toggle","zone":"floor","__proto__":{"polluted":1}}]'),
    'invalid_command',
  ],
  ['toString as type', envelope('"type":"toString"'), 'unknown_type'],
  ['a huge number', envelope('"type":"zone.set_brightness","zone":"floor","brightness":1e999'), 'out_of_range'],
  ['minus zero point five', envelope('"type":"zone.set_brightness","zone":"floor","brightness":-0.5'), 'out_of_range'],
  ['a long zone', envelope(`"type":"zone.toggle","zone":"${'z'.repeat(60_000)}"`), 'invalid_command'],
  ['a long unknown field', envelope(`"type":"zone.toggle","zone":"floor","${'f'.repeat(60_000)}":1`), 'invalid_command'],
  [
    'ten thousand unknown fields',
    envelope(`"type":"zone.toggle","zone":"floor",${Array.from({ length: 5000 }, (_, index) => `"f${index}":1`).join(',')}`),
    'invalid_command',
  ],
  [
    'ten thousand commands',
    envelope(`"type":"batch","commands":[${Array.from({ length: 10_000 }, () => '1').join(',')}]`),
    'invalid_command',
  ],
  ['a NUL in a text', envelope('"type":"zone.start_effect","zone":"floor","effect":"rain\\u0000bow"'), 'unknown_effect'],
  ['half a character', envelope('"type":"zone.start_effect","zone":"floor","effect":"\\ud800"'), 'unknown_effect'],
];

describe('a command payload', () => {
  it.each(payloads)('of %s gets one refusal', async (_what, payload, code) => {
    const before = await wholeState(watcher);
    const heard = stranger.replies().length;
    await stranger.mqtt.publishAsync(`${stranger.topic}/command`, payload, { qos: 1 });
    const reply = (await stranger.untilReplies(heard + 1))[heard];
    expect(reply).toMatchObject({ ok: false, error: { code, message: expect.any(String) } });
    expect(JSON.stringify(reply?.ok === false ? reply.error : '').length).toBeLessThan(2000);
    await stranger.ask({ type: 'system.ping' });
    expect(stranger.replies()).toHaveLength(heard + 2);
    await allHeard(watcher);
    expect(eventsOf(watcher).filter(({ origin }) => origin === 'stranger')).toEqual([]);
    expect((await wholeState(watcher)).zones).toEqual(before.zones);
  });

  it('with a byte order mark before it is read', async () => {
    const payload = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"request_id":"bom","type":"system.ping"}')]);
    expect(await stranger.say(`${stranger.topic}/command`, payload)).toMatchObject({ ok: true, request_id: 'bom' });
  });

  it('of exactly 64 KiB is read, and one more is not', async () => {
    const fill = (bytes: number) => {
      const text = `{"request_id":"size-${bytes}","type":"system.ping"`;
      return `${text}${' '.repeat(bytes - text.length - 1)}}`;
    };
    expect(await stranger.say(`${stranger.topic}/command`, fill(65_536))).toMatchObject({ ok: true });
    expect(await stranger.say(`${stranger.topic}/command`, fill(65_537))).toMatchObject({ ok: false, error: { code: 'too_large' } });
  });

  it.each([
    ['1 MB', Buffer.alloc(1_000_000, 0x31), 'too_large'],
    ['no UTF-8', Buffer.from([0xff]), 'invalid_json'],
    ['__proto__', '{"__proto__":{"polluted":1}}', 'invalid_command'],
    ['9,000 objects in each other', deepObjects, 'invalid_command'],
    ['a thousand digits', '1'.repeat(1000), 'invalid_command'],
    ['a slow regular expression', `#${'f'.repeat(60_000)}`, 'invalid_command'],
  ])('of %s on a set topic gets one refusal with the state', async (_what, payload, code) => {
    const reply = await stranger.say('diuna/zone/floor/set', payload);
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code }, state: { state: expect.any(String) } });
    await stranger.ask({ type: 'system.ping' });
    expect(stranger.replies()).toHaveLength(2);
  });
});

describe('oddities of MQTT', () => {
  ifEmbedded(it)('topics that are nearly ours are refused, and told once', async () => {
    const topics = [
      'diuna/zone//set',
      'diuna/zone/floor/set/',
      'diuna/zone/floor/set/brightness/more',
      'diuna/zone/floor',
      'diuna/',
      'diuna//',
      'diuna/zone/floor/SET',
      'diuna/client/stranger/Command',
      'diuna/client//command',
    ];
    for (const [index, topic] of topics.entries()) {
      const reply = await stranger.say(topic, 'ON');
      expect(reply, topic).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(forbidden|invalid_command)$/) } });
      expect(stranger.replies()).toHaveLength(index + 1);
    }
    await allHeard(watcher);
    expect(eventsOf(watcher).filter(({ origin }) => origin === 'stranger')).toEqual([]);
  });

  ifEmbedded(it)('a QoS 2 command that is sent again before its release happens once', async () => {
    const raw = await RawClient.connected(house.home.port, 'again', false);
    const publish = { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', qos: 2, messageId: 7, retain: false } as const;
    raw.send({ ...publish, dup: false });
    await raw.hear('pubrec');
    raw.send({ ...publish, dup: true });
    await raw.hear('pubrec', 2);
    raw.end();
    const back = await RawClient.connected(house.home.port, 'again', false);
    back.send({ ...publish, dup: true });
    await back.hear('pubrec');
    back.send({ cmd: 'pubrel', messageId: 7 });
    await back.hear('pubcomp');
    back.send({ ...publish, dup: false });
    await back.hear('pubrec', 2);
    await until(() => watcher.on('diuna/client/again/response').length >= 2, 'the second command');
    await allHeard(watcher);
    expect(eventsOf(watcher, 'floor').filter(({ origin }) => origin === 'again')).toHaveLength(2);
    expect(watcher.on('diuna/client/again/response')).toHaveLength(2);
    back.end();
  });

  ifEmbedded(it)('a QoS 2 command that is sent twice in one breath happens once', async () => {
    const raw = await RawClient.connected(house.home.port, 'hasty');
    const publish = { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', qos: 2, messageId: 9, retain: false } as const;
    raw.send({ ...publish, dup: false });
    raw.send({ ...publish, dup: true });
    await raw.hear('pubrec', 2);
    raw.send({ cmd: 'pubrel', messageId: 9 });
    await raw.hear('pubcomp');
    await allHeard(watcher);
    expect(eventsOf(watcher, 'floor').filter(({ origin }) => origin === 'hasty')).toHaveLength(1);
    raw.end();
  });

  it.each([
    ['noise', Buffer.from('GET / HTTP/1.1\r\nHost: diuna\r\n\r\n')],
    ['zeros', Buffer.alloc(64)],
    ['all ones', Buffer.alloc(64, 0xff)],
    ['a publish before connect', Buffer.from([0x30, 0x05, 0x00, 0x01, 0x61, 0x31, 0x32])],
  ])('%s instead of CONNECT ends that connection alone', async (_what, bytes) => {
    const raw = await RawClient.open(house.home.port);
    raw.bytes(bytes);
    await raw.closed();
    await expectServed([stranger, watcher]);
  });

  it.each([
    ['a second CONNECT', Buffer.from([0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x04, 0x02, 0x00, 0x00, 0x00, 0x01, 0x61])],
    ['QoS 3', Buffer.from([0x36, 0x06, 0x00, 0x01, 0x61, 0x00, 0x01, 0x31])],
    ['a wildcard in its topic', Buffer.from([0x30, 0x04, 0x00, 0x01, 0x23, 0x31])],
    ['an empty topic', Buffer.from([0x30, 0x03, 0x00, 0x00, 0x31])],
    ['a subscribe without filters', Buffer.from([0x82, 0x02, 0x00, 0x01])],
  ])('%s ends that connection alone', async (_what, bytes) => {
    const raw = await RawClient.connected(house.home.port, 'odd');
    raw.bytes(bytes);
    await raw.closed();
    await expectServed([stranger, watcher]);
  });

  ifEmbedded(it)('a packet in single bytes is read, a cut one leaves nothing behind', async () => {
    const raw = await RawClient.connected(house.home.port, 'slow');
    const topic = Buffer.from('diuna/zone/floor/set');
    const packet = Buffer.concat([Buffer.from([0x30, topic.length + 4, 0x00, topic.length]), topic, Buffer.from('17')]);
    for (const byte of packet) raw.bytes(Buffer.from([byte]));
    await until(
      () => eventsOf(watcher, 'floor').some(({ origin, payload }) => origin === 'slow' && payload.state['brightness'] === 17),
      'it',
    );
    raw.bytes(packet.subarray(0, -1));
    raw.end();
  });

  it('a connection that takes over another of its id is served, and the other is closed', async () => {
    const first = await house.client('twin');
    const closed = new Promise((resolve) => first.mqtt.once('close', () => resolve(true)));
    const second = await house.client('twin');
    await closed;
    expect(await second.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, state: { origin: 'twin' } });
  });

  ifEmbedded(it)('a client without an id is given one, and answered', async () => {
    const raw = await RawClient.connected(house.home.port, '');
    raw.send({ cmd: 'publish', topic: 'diuna/zone/floor/set', payload: 'TOGGLE', qos: 1, messageId: 1, dup: false, retain: false });
    await raw.hear('puback');
    const event = await until(() => eventsOf(watcher, 'floor').at(-1), 'the event');
    expect(event.origin).not.toBe('');
    await until(() => watcher.heard.some(({ topic }) => topic.endsWith('/response') && topic !== `${watcher.topic}/response`), 'the reply');
    raw.end();
  });

  it('a long client id is percent-encoded like any other', async () => {
    const id = 'ü'.repeat(60);
    const long = await house.client(id);
    expect(await long.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  });
});
