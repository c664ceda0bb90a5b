/** Previews as clients of the broker inside see them: who gets what, when, and what nobody asked for. */
import { describe, expect, it } from 'vitest';
import { PREVIEWS_PER_SECOND } from '../../../src/mqtt/previews/previews.ts';
import { layout, run, strip, zone } from '../../light/scenes.ts';
import { until } from '../../support/until.ts';
import { Guest, Raw } from '../access/stage.ts';
import { setUp } from './stage.ts';

describe('a watcher', () => {
  it('is given its zone alone, as plain bytes of QoS 0 that nobody keeps', async () => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/floor']);
    expect(lights.asked).toEqual([PREVIEWS_PER_SECOND]);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 1, 2);
    expect(viewer.seen).toMatchObject([{ zone: 'floor', retain: false, qos: 0 }]);
  });

  it.each(['#', 'diuna/#', 'diuna/preview/#', 'diuna/preview/+', '+/preview/+', 'diuna/+/+'])('may ask by %s for all', async (filter) => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', [filter]);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 1, 2);
    await viewer.sees('shelf', 3);
    expect(viewer.seen).toHaveLength(2);
  });

  it('by two filters gets each picture once', async () => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/floor', '#']);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 1, 2);
    lights.show(4, 5, 3);
    await viewer.sees('floor', 4, 5);
    await viewer.heardAll();
    expect(viewer.levels('floor')).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });

  it('hears nothing of a picture that is as it was, and of the zones that changed alone', async () => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/+']);
    lights.show(1, 2, 3);
    await viewer.sees('shelf', 3);
    lights.show(1, 2, 3);
    lights.show(1, 2, 4);
    await viewer.sees('shelf', 4);
    await viewer.heardAll();
    expect(viewer.levels('floor')).toEqual([[1, 2]]);
    expect(viewer.levels('shelf')).toEqual([[3], [4]]);
  });

  it('who comes to a zone that stands still gets it as it is', async () => {
    const { lights, watch } = await setUp();
    const first = await watch('first', ['diuna/preview/floor']);
    lights.show(1, 2, 3);
    await first.sees('floor', 1, 2);
    const second = await watch('second', ['diuna/preview/floor']);
    await second.sees('floor', 1, 2);
    const third = await watch('third', ['diuna/preview/shelf']);
    await third.sees('shelf', 3);
    expect(lights.asked).toEqual([PREVIEWS_PER_SECOND]);
  });

  it('gets at most 30 pictures a second, and the last one always', async () => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/floor']);
    for (let level = 1; level <= 200; level += 1) {
      lights.show(level, level, 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await viewer.sees('floor', 200, 200);
    const levels = viewer.levels('floor');
    expect(levels[0]).toEqual([1, 1]);
    const seconds = ((viewer.seen.at(-1)?.atMs ?? 0) - (viewer.seen[0]?.atMs ?? 0)) / 1000;
    expect(levels.length).toBeLessThanOrEqual(2 + seconds * 31);
  });
});

describe('nobody there', () => {
  it('nothing is asked of the renderer before, between and after, whoever else is connected', async () => {
    const { room, lights, watch } = await setUp();
    const other = await watch('other', ['diuna/zone/#', 'diuna/event/#', 'diuna/preview/nowhere', 'diuna/preview/floor/more', '+/+']);
    expect(lights.asked).toEqual([]);
    const viewer = await watch('viewer', ['diuna/preview/floor', 'diuna/preview/+']);
    await viewer.guest.mqtt.unsubscribeAsync('diuna/preview/floor');
    expect(lights.isAsked).toBe(true);
    await viewer.guest.mqtt.unsubscribeAsync('diuna/preview/+');
    await until(() => !lights.isAsked, 'the end of the feed');
    lights.show(1, 2, 3);
    await other.heardAll();
    await viewer.heardAll();
    expect([...other.seen, ...viewer.seen]).toEqual([]);
    expect(lights.asked).toEqual([PREVIEWS_PER_SECOND, 0]);
    expect(room.service.previews.watchers.isWatched('floor')).toBe(false);
  });

  it.each([
    ['says goodbye', (guest: Guest) => guest.mqtt.endAsync()],
    ['vanishes', (guest: Guest) => guest.vanish()],
  ])('a client that %s watches no more', async (_how, leave) => {
    const { lights, watch } = await setUp();
    const [one, two] = [await watch('one', ['#']), await watch('two', ['diuna/preview/floor'])];
    await leave(one.guest);
    lights.show(1, 2, 3);
    await two.sees('floor', 1, 2);
    expect(lights.isAsked).toBe(true);
    await leave(two.guest);
    await until(() => !lights.isAsked, 'the end of the feed');
  });

  it('a client that another takes the place of watches no more', async () => {
    const { lights, watch } = await setUp();
    await watch('same', ['diuna/preview/floor']);
    const taken = await watch('same');
    await until(() => !lights.isAsked, 'the end of the feed');
    await taken.guest.subscribe(['diuna/preview/floor']);
    expect(lights.isAsked).toBe(true);
  });

  it('a subscription made twice, and again with another QoS, is one', async () => {
    const { lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/floor', 'diuna/preview/floor']);
    await viewer.guest.subscribe(['diuna/preview/floor'], 0);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 1, 2);
    await viewer.guest.mqtt.unsubscribeAsync('diuna/preview/floor');
    await until(() => !lights.isAsked, 'the end of the feed');
  });
});

describe.each([4, 5] as const)('a client of version %s that unsubscribes and subscribes again in one breath', (version) => {
  it.each([true, false])('watches once, and no more when it has left (clean: %s)', async (clean) => {
    const { room, lights } = await setUp();
    const raw = await Raw.open(room, version);
    raw.connect({ clientId: 'hasty', clean });
    await raw.answered();
    const [topic, other] = ['diuna/preview/floor', 'diuna/preview/shelf'];
    const subscribe = (messageId: number, qos: 0 | 1) =>
      ({
        cmd: 'subscribe',
        messageId,
        subscriptions: [topic, other].map((topic) => ({ topic, qos, nl: false, rap: false, rh: 0 })),
      }) as const;
    raw.send(subscribe(1, 0), { cmd: 'unsubscribe', messageId: 2, unsubscriptions: [topic, other] }, subscribe(3, 1));
    await until(() => raw.received.some((packet) => packet.cmd === 'suback' && packet.messageId === 3), 'the last SUBACK');
    lights.show(1, 2, 3);
    await until(() => raw.received.filter(({ cmd }) => cmd === 'publish').length >= 2, 'the pictures');
    raw.send({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: [topic] });
    await until(() => raw.received.some((packet) => packet.cmd === 'unsuback' && packet.messageId === 4), 'the UNSUBACK');
    raw.socket.destroy();
    await until(() => !lights.isAsked, 'the end of the feed');
  });
});

it('a client of version 5 is sent no picture that is larger than it takes', async () => {
  const { lights, watch } = await setUp();
  const small = await watch('small', ['diuna/preview/+'], { protocolVersion: 5, properties: { maximumPacketSize: 28 } });
  const other = await watch('other', ['diuna/preview/+']);
  lights.show(1, 2, 3);
  await small.sees('shelf', 3);
  await other.sees('floor', 1, 2);
  await small.heardAll();
  expect(small.levels('floor')).toEqual([]);
});

describe.each([4, 5] as const)('a session that is kept, of version %s', (protocolVersion) => {
  const kept = { protocolVersion, clean: false, ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 100 } } : {}) };

  it('does not count while its client is away, is kept no picture, and is shown the present one when it is back', async () => {
    const { lights, watch } = await setUp();
    const away = await watch('sleeper', ['diuna/preview/floor'], kept);
    lights.show(1, 2, 3);
    await away.sees('floor', 1, 2);
    await away.guest.vanish();
    await until(() => !lights.isAsked, 'the end of the feed');
    const other = await watch('other', ['diuna/preview/floor']);
    for (const level of [10, 20, 30]) {
      lights.show(level, level, 0);
      await other.sees('floor', level, level);
    }
    const back = await watch('sleeper', [], kept);
    await back.sees('floor', 30, 30);
    await back.heardAll();
    expect(back.levels('floor')).toEqual([[30, 30]]);
    await other.guest.mqtt.endAsync();
    expect(lights.isAsked).toBe(true);
  });
});

describe.each([4, 5] as const)('a client of version %s that comes back', (version) => {
  it('hears that it is let in before it is shown anything', async () => {
    const { room, lights } = await setUp();
    lights.present = [7, 8, 9];
    const properties = version === 5 ? { properties: { sessionExpiryInterval: 100 } } : {};
    for (let times = 1; times <= 10; times += 1) {
      const raw = await Raw.open(room, version);
      raw.connect({ clientId: 'comes-back', clean: false, ...properties });
      if (times === 1) raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'diuna/preview/floor', qos: 1 }] });
      const shown = await until(() => raw.received.find(({ cmd }) => cmd === 'publish'), 'the picture');
      expect(raw.received[0]?.cmd).toBe('connack');
      expect(shown).toMatchObject({ topic: 'diuna/preview/floor', payload: Buffer.from([7, 7, 7, 8, 8, 8]) });
      raw.socket.destroy();
      await until(() => !lights.isAsked, 'the end of the feed');
    }
  });
});

describe('a reader that does not keep up', () => {
  const big = layout([strip(2000)], [zone('floor', run(0, 2000))]);

  it('holds nobody, has little waiting for it, and sees the newest picture when it reads again', async () => {
    const { room, lights, watch } = await setUp();
    lights.layout = big;
    const slow = await Raw.open(room);
    slow.connect({ clientId: 'slow' });
    await slow.answered();
    slow.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'diuna/preview/floor', qos: 0 }] });
    await until(() => slow.received.some(({ cmd }) => cmd === 'suback'), 'the SUBACK');
    const quick = await watch('quick', ['diuna/preview/floor']);
    slow.socket.pause();
    // what a connection of loopback takes by itself is some megabytes; a message of another's fills it in no time
    const filler = await Guest.connect(room, 'filler', null);
    slow.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'bulk', qos: 0 }] });
    for (let sent = 0; sent < 200; sent += 1) await filler.mqtt.publishAsync('bulk', Buffer.alloc(60_000), { qos: 1 });
    const heardBefore = quick.seen.length;
    for (let level = 1; level <= 40; level += 1) {
      lights.show(...Array.from({ length: 2000 }, () => level));
      await until(() => quick.seen.length >= heardBefore + level, `picture ${level}`);
    }
    slow.socket.resume();
    const levels = () =>
      slow.received.flatMap((packet) => (packet.cmd === 'publish' && packet.topic !== 'bulk' ? [packet.payload[0]] : []));
    await until(() => levels().at(-1) === 40, 'the newest picture');
    expect(levels().length).toBeLessThan(20);
  });
});

describe('a changed configuration', () => {
  it('a zone that gets another length, goes, or comes is watched as it then is', async () => {
    const { room, lights, watch } = await setUp();
    const viewer = await watch('viewer', ['diuna/preview/floor', 'diuna/preview/new']);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 1, 2);
    lights.layout = layout([strip(3)], [zone('floor', run(0, 3, true)), zone('new', run(1, 1))]);
    lights.announce(room, ['floor', 'new']);
    lights.show(1, 2, 3);
    await viewer.sees('floor', 3, 2, 1);
    await viewer.sees('new', 2);
    lights.announce(room, ['shelf']);
    expect(lights.isAsked).toBe(false);
    lights.announce(room, ['floor']);
    expect(lights.isAsked).toBe(true);
  });
});

it('a client may not publish previews', async () => {
  const { lights, watch, room } = await setUp();
  const viewer = await watch('viewer', ['diuna/preview/floor']);
  const forger = await Guest.connect(room, 'forger', null);
  await forger.mqtt.publishAsync('diuna/preview/floor', Buffer.from([9, 9, 9]), { qos: 1 });
  lights.show(1, 2, 3);
  await viewer.sees('floor', 1, 2);
  expect(viewer.levels('floor')).toEqual([[1, 2]]);
});
