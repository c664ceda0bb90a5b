/** Protocol §3: questions, batches, what is meant for all zones, and the fields around every command. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { allHeard, eventsOf, plainZone, stage, wholeState } from './stage.ts';

const house = stage();
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
});

function prepare(zone: string, more: Readonly<Record<string, unknown>> = {}) {
  return phone.ask(plainZone(zone, more));
}

describe('questions', () => {
  it('state.get carries the whole state and the seq it is true at', async () => {
    const changed = await phone.ask({ type: 'zone.toggle', zone: 'desk' });
    const { seq, zones } = await wholeState(phone);
    expect(seq).toBe(changed.ok ? changed.seq : null);
    expect(Object.keys(zones).sort()).toEqual(['desk', 'floor', 'shelf']);
    expect(zones['desk']).toEqual(changed.state);
  });

  it('system.ping and system.identify change nothing', async () => {
    const { seq } = await wholeState(phone);
    expect(await phone.ask({ type: 'system.ping' })).toMatchObject({ ok: true, changed: false, seq });
    expect(await phone.ask({ type: 'system.identify', zone: 'floor' })).toMatchObject({ ok: true, changed: false });
    expect(await phone.ask({ type: 'system.identify', zone: 'floor', ack: 'rendered' })).toMatchObject({
      ok: true,
      timing_us: { rendered: expect.any(Number) },
    });
    expect((await wholeState(phone)).seq).toBe(seq);
  });
});

describe('what later versions do', () => {
  it.each([
    { type: 'scene.activate', scene: 'evening' },
    { type: 'scene.save', scene: 'evening', name: 'Evening' },
    { type: 'scene.delete', scene: 'evening' },
    { type: 'playlist.start', playlist: 'party' },
    { type: 'playlist.stop', playlist: 'party' },
    { type: 'schedule.save', schedule: 'wakeup', rule: { at: '07:00' } },
    { type: 'schedule.delete', schedule: 'wakeup' },
    { type: 'schedule.enable', schedule: 'wakeup', enabled: true },
  ])('$type is refused as unsupported', async (body) => {
    expect(await phone.ask(body)).toMatchObject({ ok: false, error: { code: 'unsupported', path: 'type' } });
  });

  it('ON on a scene is refused as unsupported too', async () => {
    const reply = await phone.say('diuna/scene/evening/set', 'ON');
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code: 'unsupported' } });
  });
});

describe('batch', () => {
  it('is one run of seq, told as one event a change', async () => {
    const watcher = await house.watcher('watcher');
    const { seq } = await wholeState(phone);
    const commands = [
      { type: 'zone.set_color', zone: 'floor', color: '#010101' },
      { type: 'zone.set_color', zone: 'shelf', color: '#020202' },
      { type: 'zone.set_color', zone: 'floor', color: '#030303' },
    ];
    const reply = await phone.ask({ request_id: 'batch-1', type: 'batch', commands });
    expect(reply).toMatchObject({
      ok: true,
      changed: true,
      seq: seq + 3,
      state: { zones: { floor: { color: { r: 3, g: 3, b: 3 } }, shelf: { color: { r: 2, g: 2, b: 2 } } } },
    });
    await allHeard(watcher);
    expect(eventsOf(watcher).map((event) => [event.seq, event.zone, event.request_id])).toEqual([
      [seq + 1, 'floor', 'batch-1'],
      [seq + 2, 'shelf', 'batch-1'],
      [seq + 3, 'floor', 'batch-1'],
    ]);
  });

  it('is one run of seq while another client sends too', async () => {
    const watcher = await house.watcher('watcher');
    const tablet = await house.client('tablet');
    const batch = (round: number) =>
      Array.from({ length: 8 }, (_, item) => ({ type: 'zone.set_brightness', zone: 'floor', brightness: 1 + round * 8 + item }));
    await Promise.all(
      Array.from({ length: 10 }, async (_, round) => {
        await Promise.all([
          phone.tell({ request_id: `run-${round}`, type: 'batch', commands: batch(round) }),
          tablet.tell({ request_id: `single-${round}`, type: 'zone.set_brightness', zone: 'shelf', brightness: 100 + round }),
        ]);
      }),
    );
    await phone.untilReplies(10);
    await tablet.untilReplies(10);
    await allHeard(watcher);
    const runs = eventsOf(watcher).map(({ request_id }) => request_id);
    for (let round = 0; round < 10; round += 1) {
      expect(runs.lastIndexOf(`run-${round}`) - runs.indexOf(`run-${round}`)).toBe(runs.filter((id) => id === `run-${round}`).length - 1);
    }
  });

  it('is done whole or not at all', async () => {
    const watcher = await house.watcher('watcher');
    const before = await wholeState(phone);
    const commands = [
      { type: 'zone.toggle', zone: 'floor' },
      { type: 'zone.set', zone: 'shelf', effect: 'no such effect' },
    ];
    expect(await phone.ask({ type: 'batch', commands })).toMatchObject({
      ok: false,
      error: { code: 'unknown_effect', path: 'commands[1].effect' },
      state: { zones: before.zones },
    });
    const malformed = [
      { type: 'zone.toggle', zone: 'floor' },
      { type: 'zone.set_brightness', zone: 'floor', brightness: 256 },
    ];
    expect(await phone.ask({ type: 'batch', commands: malformed })).toMatchObject({
      ok: false,
      error: { code: 'out_of_range', path: 'commands[1].brightness' },
    });
    await allHeard(watcher);
    expect(eventsOf(watcher)).toEqual([]);
    expect(await wholeState(phone)).toEqual(before);
  });

  it('holds at most 64 commands, and no batch', async () => {
    const toggle = { type: 'zone.toggle', zone: 'floor' };
    const ask = (commands: unknown) => phone.ask({ type: 'batch', commands });
    expect(await ask(Array.from({ length: 64 }, () => toggle))).toMatchObject({ ok: true });
    expect(await ask(Array.from({ length: 65 }, () => toggle))).toMatchObject({ ok: false, error: { path: 'commands' } });
    expect(await ask([])).toMatchObject({ ok: false, error: { path: 'commands' } });
    expect(await ask([{ type: 'batch', commands: [toggle] }])).toMatchObject({ ok: false, error: { path: 'commands[0].type' } });
    expect(await ask([{ type: 'state.get' }])).toMatchObject({ ok: false, error: { path: 'commands[0].type' } });
  });

  it('each command of it may have its own if_version', async () => {
    const floor = await prepare('floor');
    const shelf = await prepare('shelf');
    const commands = (shelfVersion: number) => [
      { type: 'zone.toggle', zone: 'floor', if_version: floor.version },
      { type: 'zone.toggle', zone: 'shelf', if_version: shelfVersion },
    ];
    expect(await phone.ask({ type: 'batch', commands: commands(Number(shelf.version) + 1) })).toMatchObject({
      ok: false,
      error: { code: 'conflict', path: 'commands[1].if_version' },
    });
    expect(await phone.ask({ type: 'batch', commands: commands(Number(shelf.version)) })).toMatchObject({ ok: true, changed: true });
  });
});

describe('all', () => {
  it('means every zone, and one toggle takes all the same way', async () => {
    await phone.ask({ type: 'zone.set_power', zone: 'all', state: 'OFF' });
    await prepare('floor');
    expect(await phone.ask({ type: 'zone.toggle', zone: 'all' })).toMatchObject({ ok: true, state: { state: 'OFF' } });
    const on = await phone.ask({ type: 'zone.toggle', zone: 'all' });
    expect(on).toMatchObject({ ok: true, state: { state: 'ON' } });
    const { zones } = await wholeState(phone);
    expect(Object.values(zones).map(({ state }) => state)).toEqual(['ON', 'ON', 'ON']);
  });

  it('is refused whole where one zone refuses', async () => {
    const before = await wholeState(phone);
    const reply = await phone.ask({ type: 'zone.set', zone: 'all', brightness: 1, white: 10 });
    expect(reply).toMatchObject({ ok: false, error: { code: 'unsupported', path: 'white' } });
    expect(await wholeState(phone)).toEqual(before);
  });
});

describe('the envelope', () => {
  it('if_version: of two clients that race exactly one wins', async () => {
    const tablet = await house.client('tablet');
    for (let round = 0; round < 10; round += 1) {
      const { version } = await prepare('floor', { brightness: 50 + round });
      const wish = (color: string) => ({ type: 'zone.set_color', zone: 'floor', color, if_version: version });
      const replies = await Promise.all([phone.ask(wish('#ff0000')), tablet.ask(wish('#00ff00'))]);
      expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
      const winner = replies.find(({ ok }) => ok);
      const loser = replies.find(({ ok }) => !ok);
      expect(loser).toMatchObject({ error: { code: 'conflict', path: 'if_version' }, version: Number(version) + 1, state: winner?.state });
    }
  });

  it('dry_run tells what would happen and changes nothing', async () => {
    const watcher = await house.watcher('watcher');
    const { version } = await prepare('floor');
    await allHeard(watcher);
    const told = eventsOf(watcher).length;
    const before = await wholeState(phone);
    const wish = { type: 'zone.set_color', zone: 'floor', color: '#abcdef' };
    const dry = await phone.ask({ ...wish, request_id: 'dry-1', dry_run: true });
    expect(dry).toMatchObject({
      ok: true,
      changed: true,
      dry_run: true,
      version: Number(version) + 1,
      state: { color: { r: 0xab, g: 0xcd, b: 0xef } },
    });
    expect(await phone.ask({ ...wish, effect: 1, dry_run: true })).toMatchObject({ ok: false });
    expect(await phone.ask({ ...wish, zone: 'moon', dry_run: true })).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
    await allHeard(watcher);
    expect(eventsOf(watcher)).toHaveLength(told);
    expect(await wholeState(phone)).toEqual(before);
    expect(await phone.ask({ ...wish, request_id: 'dry-1' })).toMatchObject({
      ok: true,
      changed: true,
      duplicate: false,
      version: Number(version) + 1,
    });
  });

  it('issued_at older than max_command_age is expired, and carries the state', async () => {
    const current = await prepare('floor');
    const wish = { type: 'zone.toggle', zone: 'floor' };
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    expect(await phone.ask({ ...wish, issued_at: ago(31) })).toMatchObject({
      ok: false,
      error: { code: 'expired', path: 'issued_at' },
      version: current.version,
      state: { state: 'ON' },
    });
    expect(await phone.ask({ ...wish, issued_at: '2020-01-01T00:00:00+02:00' })).toMatchObject({ ok: false, error: { code: 'expired' } });
    expect(await phone.ask({ ...wish, issued_at: ago(5) })).toMatchObject({ ok: true, changed: true });
    expect(await phone.ask({ ...wish, issued_at: 'yesterday' })).toMatchObject({
      ok: false,
      error: { code: 'invalid_command', path: 'issued_at' },
    });
  });

  it('ack: applied tells when it was durable, rendered also when it was shown', async () => {
    await prepare('floor');
    const applied = await phone.ask({ type: 'zone.toggle', zone: 'floor', ack: 'applied' });
    expect(applied).toMatchObject({ timing_us: { decided: expect.any(Number), durable: expect.any(Number) } });
    expect(applied).not.toHaveProperty('timing_us.rendered');
    expect(applied).not.toHaveProperty('durable');
    const rendered = await phone.ask({ type: 'zone.toggle', zone: 'floor', ack: 'rendered' });
    expect(rendered).toMatchObject({
      ok: true,
      timing_us: { decided: expect.any(Number), durable: expect.any(Number), rendered: expect.any(Number) },
    });
  });

  it('ack: rendered is answered where nothing changes, during a transition, in a batch and with an effect', async () => {
    await prepare('floor');
    const ask = (body: Record<string, unknown>) => phone.ask({ ...body, ack: 'rendered' });
    expect(await ask({ type: 'zone.set_power', zone: 'floor', state: 'ON' })).toMatchObject({ ok: true, changed: false });
    const shown = { ok: true, changed: true, timing_us: { rendered: expect.any(Number) } };
    expect(await ask({ type: 'zone.set_color', zone: 'floor', color: '#ff0000', transition: 0.2 })).toMatchObject(shown);
    expect(await ask({ type: 'zone.set_color', zone: 'floor', color: '#0000ff', transition: 0.2 })).toMatchObject(shown);
    expect(await ask({ type: 'zone.start_effect', zone: 'floor', effect: 'rainbow' })).toMatchObject(shown);
    expect(
      await ask({
        type: 'batch',
        commands: [
          { type: 'zone.toggle', zone: 'floor' },
          { type: 'zone.toggle', zone: 'desk' },
        ],
      }),
    ).toMatchObject(shown);
  });

  it.each([
    ['an unknown field', { type: 'zone.toggle', zone: 'floor', colour: 'red' }, 'invalid_command', 'colour'],
    ['a field of another type', { type: 'zone.toggle', zone: 'floor', brightness: 5 }, 'invalid_command', 'brightness'],
    ['a wrong type', { type: 'zone.set_brightness', zone: 'floor', brightness: '128' }, 'invalid_command', 'brightness'],
    ['a value out of range', { type: 'zone.set_brightness', zone: 'floor', brightness: 999 }, 'out_of_range', 'brightness'],
    ['a fraction', { type: 'zone.set_brightness', zone: 'floor', brightness: 1.5 }, 'out_of_range', 'brightness'],
    ['a component out of range', { type: 'zone.set_color', zone: 'floor', color: { r: 0, g: 256, b: 0 } }, 'out_of_range', 'color.g'],
    ['an unknown component', { type: 'zone.set_color', zone: 'floor', color: { r: 0, g: 0, b: 0, x: 1 } }, 'invalid_command', 'color.x'],
    ['a missing field', { type: 'zone.set_color', zone: 'floor' }, 'invalid_command', 'color'],
    ['a missing type', { zone: 'floor' }, 'invalid_command', 'type'],
    ['a missing zone', { type: 'zone.toggle' }, 'invalid_command', 'zone'],
    ['an unknown type', { type: 'zone.explode', zone: 'floor' }, 'unknown_type', 'type'],
    ['a prototype as type', { type: 'constructor', zone: 'floor' }, 'unknown_type', 'type'],
    ['an unknown zone', { type: 'zone.toggle', zone: 'moon' }, 'unknown_zone', 'zone'],
    ['a prototype as zone', { type: 'zone.toggle', zone: '__proto__' }, 'unknown_zone', 'zone'],
    ['an unknown effect', { type: 'zone.start_effect', zone: 'floor', effect: 'rainbo' }, 'unknown_effect', 'effect'],
    ['an unknown palette', { type: 'zone.set', zone: 'floor', palette: 'constructor' }, 'unknown_palette', 'palette'],
    ['white without a white', { type: 'zone.set', zone: 'floor', white: 1 }, 'unsupported', 'white'],
    ['a fourth colour', { type: 'zone.set', zone: 'floor', colors: ['red', 'red', 'red', 'red'] }, 'invalid_command', 'colors'],
    ['a bad colour of several', { type: 'zone.set', zone: 'floor', colors: ['red', 'rde'] }, 'invalid_command', 'colors[1]'],
    ['an ack that is none', { type: 'zone.toggle', zone: 'floor', ack: 'later' }, 'invalid_command', 'ack'],
    ['a negative if_version', { type: 'zone.toggle', zone: 'floor', if_version: -1 }, 'out_of_range', 'if_version'],
    ['dry_run as text', { type: 'zone.toggle', zone: 'floor', dry_run: 'yes' }, 'invalid_command', 'dry_run'],
    ['if_version on a question', { type: 'system.ping', if_version: 1 }, 'invalid_command', 'if_version'],
    ['good fields beside a bad one', { type: 'zone.set', zone: 'floor', brightness: 5, color: 'red', speed: 256 }, 'out_of_range', 'speed'],
  ])('%s is refused with its path, and nothing is half applied', async (_what, body, code, path) => {
    const before = await wholeState(phone);
    const reply = await phone.ask(body);
    expect(reply).toMatchObject({ ok: false, error: { code, path } });
    expect(reply.ok ? '' : reply.error.message.length).toBeGreaterThan(10);
    expect(await wholeState(phone)).toEqual(before);
  });

  it.each(['', 'with blank', 'ä', 'x'.repeat(65), 7, null, {}])('the request id %j is none', async (request_id) => {
    const body = JSON.stringify({ request_id, type: 'system.ping' });
    const reply = await phone.say(`${phone.topic}/command`, body);
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code: 'invalid_command', path: 'request_id' } });
  });

  it('a request id is required, and may have 64 characters', async () => {
    expect(await phone.say(`${phone.topic}/command`, '{"type":"system.ping"}')).toMatchObject({ ok: false, error: { path: 'request_id' } });
    const request_id = `aZ09._:-${'x'.repeat(56)}`;
    expect(await phone.ask({ request_id, type: 'system.ping' })).toMatchObject({ ok: true, request_id });
  });
});
