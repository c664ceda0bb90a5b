/** Protocol §4: one reply to each command, to its sender alone. */
import { describe, expect, it } from 'vitest';
import { ifEmbedded, isEmbedded } from '../support/carrier.ts';
import { TestClient } from '../support/client.ts';
import { makeHome, spawnDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub } from './mosquitto.ts';
import { allHeard, eventsOf, stage, wholeState } from './stage.ts';

/** One test sends more at once than a client may by default. */
const house = stage({ mqtt: { limits: { message_burst: 10_000 } } });

describe('every command gets exactly one reply', () => {
  it.each([0, 1, 2] as const)('at the QoS it came with: %i', async (qos) => {
    const phone = await house.client('phone');
    await phone.ask({ type: 'zone.toggle', zone: 'floor' }, qos);
    await phone.ask({ type: 'zone.toggle', zone: 'moon' }, qos);
    await phone.ask({ type: 'state.get' }, qos);
    await phone.say('diuna/zone/floor/set', 'TOGGLE', qos);
    await phone.say('diuna/zone/floor/set', 'nonsense', qos);
    await phone.say(`${phone.topic}/command`, '{', qos);
    await phone.say(isEmbedded() ? 'diuna/client/other/command' : `${phone.topic}/command`, '{}', qos);
    expect(phone.on(`${phone.topic}/response`).map((reply) => [reply.qos, reply.retain])).toEqual(
      Array.from({ length: 7 }, () => [qos, false]),
    );
  });

  it('to its sender alone, also where clients use the same request id', async () => {
    const clients = await Promise.all(['one', 'two', 'three'].map((id) => house.client(id)));
    const watcher = await house.watcher('watcher');
    await Promise.all(
      clients.map((client, index) =>
        client.tell({ request_id: 'SAME', type: 'zone.set_brightness', zone: 'floor', brightness: 10 + index }),
      ),
    );
    await Promise.all(clients.map((client) => client.untilReplies(1)));
    await allHeard(watcher);
    for (const [index, client] of clients.entries()) {
      expect(client.replies()).toMatchObject([
        { request_id: 'SAME', ok: true, duplicate: false, state: { brightness: 10 + index, origin: client.id } },
      ]);
      expect(watcher.on(`${client.topic}/response`)).toHaveLength(1);
    }
    expect(watcher.heard.filter(({ topic }) => topic.endsWith('/response'))).toHaveLength(3);
  });

  it('a client that has no subscription is answered nowhere else, and one that comes late finds nothing retained', async () => {
    const watcher = await house.watcher('watcher');
    await watcher.ask({ type: 'system.ping' });
    const late = await house.listener('late', 'diuna/client/+/response');
    await allHeard(watcher);
    expect(late.replies()).toEqual([]);
    expect(late.on(`${watcher.topic}/response`)).toEqual([]);
  });

  it('1,000 commands of three clients at once get 1,000 replies, each its own', async () => {
    const clients = await Promise.all(['a', 'b', 'c', 'd'].map((id) => house.client(id)));
    await Promise.all(
      clients.map(async (client, number) => {
        const sent = Array.from({ length: 250 }, (_, index) =>
          client.tell({
            request_id: `R${index}`,
            type: 'zone.set_brightness',
            zone: index % 2 === 0 ? 'floor' : 'moon',
            brightness: 1 + ((index + number) % 255),
          }),
        );
        await Promise.all(sent);
      }),
    );
    for (const client of clients) {
      const replies = await client.untilReplies(250);
      expect(replies.map(({ request_id }) => request_id)).toEqual(Array.from({ length: 250 }, (_, index) => `R${index}`));
      expect(replies.filter(({ ok }) => ok)).toHaveLength(125);
    }
  });

  ifEmbedded(it)('a reply waits for a client that is away with a session', async () => {
    const away = await house.client('away', { clean: false });
    await away.mqtt.publishAsync('diuna/zone/floor/set', 'ON', { qos: 0 });
    await away.untilReplies(1);
    await away.mqtt.endAsync(true);
    const watcher = await house.watcher('watcher');
    const sender = await house.client('away', {
      clean: false,
      will: { topic: 'diuna/zone/floor/set', payload: Buffer.from('77'), qos: 1, retain: false },
    });
    sender.mqtt.stream.destroy();
    await until(() => watcher.on('diuna/client/away/response')[0], 'the reply to the will');
    const back = await house.client('away', { clean: false });
    expect(await back.untilReplies(1)).toMatchObject([{ ok: true, state: { brightness: 77 } }]);
    await back.mqtt.endAsync();
    const clean = await house.client('away', { clean: true });
    expect(clean.replies()).toEqual([]);
  });
});

describe('what a reply says', () => {
  it('where something changed', async () => {
    const phone = await house.client('phone');
    const watcher = await house.watcher('watcher');
    await phone.ask({ type: 'zone.set_power', zone: 'floor', state: 'OFF' });
    const reply = await phone.ask({ type: 'zone.set_color', zone: 'floor', color: '#ff0000' });
    await allHeard(watcher);
    const event = eventsOf(watcher).at(-1);
    expect(reply).toEqual({
      request_id: reply.request_id,
      ok: true,
      changed: true,
      duplicate: false,
      seq: event?.seq,
      event_id: event?.id,
      version: event?.version,
      state: event?.payload.state,
      timing_us: { decided: expect.any(Number), durable: expect.any(Number) },
    });
  });

  it('where nothing changed: no event, and the seq of the change that made it so', async () => {
    const phone = await house.client('phone');
    const made = await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#00ff01' });
    await phone.ask({ type: 'zone.toggle', zone: 'desk' });
    const watcher = await house.watcher('watcher');
    const again = await phone.ask({ type: 'zone.set_color', zone: 'shelf', color: '#00ff01' });
    expect(again).toMatchObject({ ok: true, changed: false, duplicate: false });
    expect(again).toMatchObject(made.ok ? { seq: made.seq, event_id: made.event_id, version: made.version, state: made.state } : {});
    await allHeard(watcher);
    expect(eventsOf(watcher)).toEqual([]);
  });

  it('where it refuses: the code, what was wrong, what is allowed and what came, and the current state', async () => {
    const phone = await house.client('phone');
    const current = await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 66 });
    expect(await phone.ask({ request_id: 'REF1', type: 'zone.set_brightness', zone: 'floor', brightness: 999 })).toEqual({
      request_id: 'REF1',
      ok: false,
      error: { code: 'out_of_range', message: 'brightness must be an integer, 0 to 255, got 999', path: 'brightness' },
      version: current.version,
      state: current.state,
    });
  });

  it('every refusal carries the current state: of the zone, of the set topic, of all, or the whole', async () => {
    const phone = await house.client('phone');
    const { zones } = await wholeState(phone);
    const floor = { version: zones['floor']?.['version'], state: zones['floor'] };
    await phone.ask({ request_id: 'used', type: 'system.ping' });
    const old = new Date(0).toISOString();
    expect(await phone.ask({ type: 'zone.start_effect', zone: 'floor', effect: 'nope' })).toMatchObject({ ok: false, ...floor });
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor', if_version: 9999 })).toMatchObject({ ok: false, ...floor });
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor', issued_at: old })).toMatchObject({ ok: false, ...floor });
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor', request_id: 'used' })).toMatchObject({ ok: false, ...floor });
    expect(await phone.ask({ type: 'zone.explode', zone: 'floor' })).toMatchObject({ ok: false, ...floor });
    expect(await phone.say('diuna/zone/floor/set', '{"brightness":256}')).toMatchObject({ ok: false, ...floor });
    expect(await phone.say('diuna/zone/floor/set', 'nonsense')).toMatchObject({ ok: false, ...floor });
    expect(await phone.say('diuna/zone/floor/set/speed', 'fast')).toMatchObject({ ok: false, ...floor });
    expect(await phone.say('diuna/zone/floor/set', Buffer.from([0xff]))).toMatchObject({ ok: false, ...floor });
    expect(await phone.say('diuna/zone/all/set', '{"white":1}')).toMatchObject({
      ok: false,
      state: { state: expect.any(String), seq: expect.any(Number) },
    });
    const whole = { ok: false, state: { zones } };
    expect(await phone.ask({ type: 'zone.toggle', zone: 'moon' })).toMatchObject(whole);
    expect(await phone.ask({ type: 'batch', commands: [{ type: 'zone.toggle', zone: 'moon' }] })).toMatchObject(whole);
    expect(await phone.say(`${phone.topic}/command`, 'nonsense')).toMatchObject(whole);
  });

  it('the message names what may have been meant', async () => {
    const phone = await house.client('phone');
    const message = async (body: Record<string, unknown>) => {
      const reply = await phone.ask(body);
      return reply.ok ? '' : reply.error.message;
    };
    expect(await message({ type: 'zone.togle', zone: 'floor' })).toContain('zone.toggle');
    expect(await message({ type: 'zone.toggle', zone: 'flor' })).toContain('floor');
    expect(await message({ type: 'zone.start_effect', zone: 'floor', effect: 'rainbo' })).toContain('rainbow');
    expect(await message({ type: 'zone.set', zone: 'floor', palette: 'parti' })).toContain('party');
    expect(await message({ type: 'zone.set', zone: 'floor', colr: 'red' })).toContain('color');
  });
});

describe('the same request id again', () => {
  it('gets the stored reply, marked duplicate, and nothing else happens', async () => {
    const phone = await house.client('phone');
    const watcher = await house.watcher('watcher');
    const body = { request_id: 'dup-1', type: 'zone.toggle', zone: 'floor' };
    const first = await phone.ask(body);
    await phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness: 31 });
    const second = await phone.ask(body);
    const { timing_us: _then, ...stored } = first.ok ? first : { ...first, timing_us: null };
    expect(second).toMatchObject({ ...stored, duplicate: true });
    await allHeard(watcher);
    expect(eventsOf(watcher).filter(({ request_id }) => request_id === 'dup-1')).toHaveLength(1);
  });

  it('sent many times at once, it happens once and each gets its reply', async () => {
    const phone = await house.client('phone');
    const watcher = await house.watcher('watcher');
    const body = { request_id: 'dup-2', type: 'zone.toggle', zone: 'shelf' };
    await Promise.all(Array.from({ length: 20 }, () => phone.tell(body)));
    const replies = await phone.untilReplies(20);
    expect(replies.map((reply) => reply.duplicate)).toEqual([false, ...Array.from({ length: 19 }, () => true)]);
    expect(new Set(replies.map((reply) => (reply.ok ? reply.event_id : null))).size).toBe(1);
    await allHeard(watcher);
    expect(eventsOf(watcher, 'shelf')).toHaveLength(1);
  });

  it('a refusal is repeated too, even where it would be accepted by now', async () => {
    const phone = await house.client('phone');
    const { version } = await phone.ask({ type: 'zone.toggle', zone: 'desk' });
    const body = { request_id: 'dup-3', type: 'zone.toggle', zone: 'desk', if_version: Number(version) + 1 };
    expect(await phone.ask(body)).toMatchObject({ ok: false, error: { code: 'conflict' } });
    await phone.ask({ type: 'zone.toggle', zone: 'desk' });
    expect(await phone.ask(body)).toMatchObject({ ok: false, duplicate: true, error: { code: 'conflict' } });
  });

  it('a question is a command like any other', async () => {
    const phone = await house.client('phone');
    const body = { request_id: 'dup-4', type: 'state.get' };
    await Promise.all([phone.tell(body), phone.tell(body)]);
    const [first, second] = await phone.untilReplies(2);
    expect([first?.duplicate, second?.duplicate]).toEqual([false, true]);
    await phone.ask({ type: 'zone.toggle', zone: 'desk' });
    expect(await phone.ask(body)).toMatchObject({ duplicate: true, seq: first?.ok ? first.seq : null, state: first?.state });
  });

  it('with another body is refused, whatever differs', async () => {
    const phone = await house.client('phone');
    const body = { request_id: 'reuse-1', type: 'zone.set_brightness', zone: 'floor', brightness: 55 };
    expect(await phone.ask(body)).toMatchObject({ ok: true });
    const before = await wholeState(phone);
    for (const other of [{ brightness: 56 }, { zone: 'shelf' }, { transition: 1 }, { if_version: 0 }]) {
      expect(await phone.ask({ ...body, ...other })).toMatchObject({ ok: false, error: { code: 'request_id_reused', path: 'request_id' } });
    }
    expect(await phone.ask({ request_id: 'reuse-1', type: 'system.ping' })).toMatchObject({ error: { code: 'request_id_reused' } });
    expect((await wholeState(phone)).zones).toEqual(before.zones);
    expect(await phone.ask(body)).toMatchObject({ ok: true, duplicate: true });
  });

  it('in another order of its fields is the same command', async () => {
    const phone = await house.client('phone');
    await phone.say(`${phone.topic}/command`, '{"request_id":"order-1","type":"zone.set","zone":"floor","speed":3,"color":"red"}');
    const again = await phone.say(
      `${phone.topic}/command`,
      '{ "color": "red", "speed": 3, "zone": "floor", "type": "zone.set", "request_id": "order-1" }',
    );
    expect(again).toMatchObject({ ok: true, duplicate: true });
  });

  it('of another client is another command', async () => {
    const one = await house.client('one');
    const two = await house.client('two');
    const body = { request_id: 'mine', type: 'zone.toggle', zone: 'floor' };
    expect(await one.ask(body)).toMatchObject({ ok: true, changed: true, duplicate: false });
    expect(await two.ask(body)).toMatchObject({ ok: true, changed: true, duplicate: false });
  });

  it('of a client that was away is still known', async () => {
    const body = { request_id: 'reconnect', type: 'zone.toggle', zone: 'floor' };
    const first = await house.client('traveller');
    await first.ask(body);
    await first.mqtt.endAsync();
    const second = await house.client('traveller');
    expect(await second.ask(body)).toMatchObject({ ok: true, duplicate: true });
  });

  it('the newest 1,024 of a client are remembered, however many it uses', async () => {
    const busy = await house.client('busy');
    const body = (index: number) => ({
      request_id: `many-${index}`,
      type: 'zone.set_brightness',
      zone: 'floor',
      brightness: 1 + (index % 255),
    });
    for (let from = 0; from < 3000; from += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => busy.tell(body(from + index))));
      await until(() => busy.on(`${busy.topic}/response`).length >= from + 500, 'the replies');
    }
    const { seq } = await wholeState(busy);
    busy.heard.length = 0;
    await Promise.all(Array.from({ length: 1023 }, (_, index) => busy.tell(body(3000 - 1023 + index))));
    const replies = await busy.untilReplies(1023);
    expect(replies.filter((reply) => reply.ok && reply.duplicate === true)).toHaveLength(1023);
    expect((await wholeState(busy)).seq).toBe(seq);
  });

  it('is known after a restart', async () => {
    const phone = await house.client('phone');
    const body = { request_id: 'restart-1', type: 'zone.toggle', zone: 'floor' };
    const first = await phone.ask(body);
    const before = await wholeState(phone);
    await house.restart();
    const again = await house.client('phone');
    expect((await wholeState(again)).zones).toEqual(before.zones);
    expect(await again.ask(body)).toMatchObject({ ok: true, duplicate: true, seq: first.ok ? first.seq : null, state: first.state });
    expect(await again.ask({ ...body, zone: 'shelf' })).toMatchObject({ ok: false, error: { code: 'request_id_reused' } });
    const next = await again.ask({ type: 'zone.toggle', zone: 'floor' });
    expect(next).toMatchObject({ ok: true, seq: before.seq + 1 });
  });

  it('is known after a crash', async () => {
    const home = await makeHome();
    const body = { request_id: 'crash-1', type: 'zone.toggle', zone: 'floor' };
    const first = await spawnDaemon(home);
    const phone = await TestClient.connect(home.port, 'phone');
    const told = await phone.ask(body);
    expect(told).toMatchObject({ ok: true, changed: true });
    await first.kill();
    await phone[Symbol.asyncDispose]();
    const second = await spawnDaemon(home);
    const again = await TestClient.connect(home.port, 'phone');
    expect(await again.ask(body)).toMatchObject({ ok: true, duplicate: true, seq: told.ok ? told.seq : null, state: told.state });
    expect((await wholeState(again)).zones['floor']).toEqual(told.state);
    await again[Symbol.asyncDispose]();
    expect(await second.terminate()).toBe(0);
    await home.remove();
  });
});

ifEmbedded(describe.runIf(mosquitto))('a script of mosquitto_pub', () => {
  it('is answered on its response topic, its mistakes too', async () => {
    const watcher = await house.listener('watcher', 'diuna/client/+/response');
    const send = (...options: string[]) => mosquittoPub(house.home.port, '-i', 'my script', '-q', '1', ...options);
    await send(
      '-t',
      'diuna/client/my%20script/command',
      '-m',
      '{"request_id":"M1","type":"zone.set_brightness","zone":"floor","brightness":88}',
    );
    await send('-t', 'diuna/zone/floor/set', '-m', '300');
    const replies = await until(() => {
      const heard = watcher.on('diuna/client/my%20script/response');
      return heard.length === 2 && heard.map(({ payload }) => JSON.parse(payload));
    }, 'both replies');
    expect(replies).toMatchObject([
      { request_id: 'M1', ok: true, state: { brightness: 88, origin: 'my script' } },
      { request_id: null, ok: false, error: { code: 'out_of_range' }, state: { brightness: 88 } },
    ]);
  });
});
