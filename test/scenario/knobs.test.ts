/** A simulated knob in a whole daemon: what hands do becomes commands, states and events like everybody's. */
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/model/reply.ts';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { allHeard, eventsOf, plainZone, stage } from './stage.ts';

const knob = (fields: object) => ({ driver: 'simulated', ...fields });
const house = stage({
  knobs: {
    desk: knob({ zone: 'floor' }),
    fine: knob({ zone: 'floor', rotate: { step: 1 }, reverse: true, steps_per_detent: 2, double_press: null }),
    house: knob({ zone: 'all', steps_per_detent: 1 }),
    custom: knob({
      zone: 'shelf',
      pull: 'down',
      active_low: false,
      rotate: { what: 'intensity', step: 5 },
      hold_rotate: { what: 'speed', step: -5 },
      press: null,
      long_press: {
        type: 'batch',
        commands: [
          { type: 'zone.set', effect: 'rainbow' },
          { type: 'zone.set_power', zone: 'floor', state: 'ON' },
        ],
      },
    }),
    silent: knob({}),
  },
});

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly source: string;
  readonly origin: string | null;
  readonly trigger: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The events of a knob that a client heard, in order. */
function told(client: TestClient, id: string): Told[] {
  return client.heard.filter(({ topic }) => topic.startsWith(`diuna/event/knob/${id}/`)).map(({ payload }) => JSON.parse(payload));
}

const names = (events: readonly Told[]) => events.map(({ type }) => type);
const move = (client: TestClient, id: string, words: string) => client.say(`diuna/knob/${id}/simulate`, words);
const detents = (events: readonly Told[]) =>
  events.filter(({ type }) => type === 'knob.rotated').reduce((sum, { payload }) => sum + Number(payload['detents']), 0);

async function begin(zone: string, more: Readonly<Record<string, unknown>> = {}): Promise<TestClient> {
  const watcher = await house.watcher('watcher');
  await watcher.ask(plainZone(zone, more));
  return watcher;
}

describe('a knob', () => {
  it('that is turned changes the brightness, and the state says who did', async () => {
    const watcher = await begin('floor', { brightness: 100 });
    const phone = await house.client('phone'); // who hears everything may hear its reply twice of another broker
    expect(await move(phone, 'desk', '+3')).toMatchObject({ request_id: null, ok: true, changed: false });
    const state = await until(() => watcher.state('floor')?.['brightness'] === 124 && watcher.state('floor'), 'the brightness');
    expect(state).toMatchObject({ source: 'hardware', origin: null, trigger: 'knob:desk', request_id: null });
    await until(() => detents(told(watcher, 'desk')) === 3, 'the events');
    expect(told(watcher, 'desk')[0]).toMatchObject({
      type: 'knob.rotated',
      source: 'hardware',
      origin: null,
      trigger: 'knob:desk',
      payload: { detents: 1, held: false },
    });
    expect(told(watcher, 'desk').every((event) => !('seq' in event))).toBe(true);
    await move(watcher, 'desk', '-5');
    await until(() => watcher.state('floor')?.['brightness'] === 84, 'it to go down');
  });

  it('is pressed, pressed twice and pressed long', async () => {
    const watcher = await begin('floor');
    await move(watcher, 'desk', 'press');
    await until(() => watcher.state('floor')?.['state'] === 'OFF', 'it to go off');
    await move(watcher, 'desk', 'double_press');
    await until(() => watcher.state('floor')?.['effect'] !== 'off', 'the next effect');
    await move(watcher, 'desk', 'long_press');
    await until(() => names(told(watcher, 'desk')).filter((name) => name === 'knob.released').length === 4, 'it to be let go');
    expect(names(told(watcher, 'desk'))).toEqual([
      'knob.released',
      'knob.pressed',
      'knob.released',
      'knob.released',
      'knob.double_pressed',
      'knob.long_pressed',
      'knob.released',
    ]);
    const held = Number(told(watcher, 'desk').at(-1)?.payload['held_ms']);
    expect(held).toBe(700);
    expect(eventsOf(watcher, 'floor').filter(({ source }) => source === 'hardware')).toHaveLength(2);
  });

  it('that is held and turned changes the colour, and is neither pressed nor pressed long', async () => {
    const watcher = await begin('floor', { color: '#ff0000', brightness: 50 });
    await move(watcher, 'desk', 'hold +12');
    await until(() => JSON.stringify(watcher.state('floor')?.['color']) === '{"r":0,"g":255,"b":0}', 'green');
    await until(() => names(told(watcher, 'desk')).includes('knob.released'), 'it to be let go');
    await move(watcher, 'desk', '+1');
    await until(() => watcher.state('floor')?.['brightness'] === 58, 'the brightness');
    const events = told(watcher, 'desk');
    expect(new Set(names(events))).toEqual(new Set(['knob.rotated', 'knob.released']));
    expect(detents(events.filter(({ payload }) => payload['held'] === true))).toBe(12);
    expect(detents(events)).toBe(13);
  });

  it('wired otherwise and set otherwise does what its configuration says', async () => {
    const watcher = await begin('shelf');
    await watcher.ask(plainZone('floor', { state: 'OFF' }));
    await move(watcher, 'custom', '+4');
    await until(() => watcher.state('shelf')?.['intensity'] === 148, 'the intensity');
    await move(watcher, 'custom', 'hold +4');
    await until(() => watcher.state('shelf')?.['speed'] === 108, 'the speed');
    await move(watcher, 'custom', 'press long_press');
    await until(() => watcher.state('shelf')?.['effect'] === 'rainbow' && watcher.state('floor')?.['state'] === 'ON', 'the batch');
    expect(names(told(watcher, 'custom'))).toContain('knob.pressed');
    expect(watcher.state('shelf')).toMatchObject({ state: 'ON', trigger: 'knob:custom' });
    await move(watcher, 'fine', '+7 -2');
    await until(() => watcher.state('floor')?.['brightness'] === 105, 'a reversed one');
    await move(watcher, 'fine', 'press');
    await until(() => watcher.state('floor')?.['state'] === 'OFF', 'a press that waits for no second one');
  });

  it('of all zones changes each, once a command', async () => {
    const watcher = await begin('floor', { brightness: 10 });
    await watcher.ask(plainZone('shelf', { brightness: 20 }));
    await watcher.ask(plainZone('desk', { brightness: 30 }));
    await move(watcher, 'house', '+10');
    const wanted = { floor: 90, shelf: 100, desk: 110 };
    const isThere = () => Object.entries(wanted).every(([zone, brightness]) => watcher.state(zone)?.['brightness'] === brightness);
    await until(isThere, 'all of them');
    await move(watcher, 'house', 'press');
    await until(() => watcher.state('all')?.['state'] === 'OFF', 'all to go off');
  });

  it('that does nothing still tells', async () => {
    const watcher = await begin('floor');
    const before = eventsOf(watcher).length;
    await move(watcher, 'silent', '+2 hold -1 long_press');
    await until(() => names(told(watcher, 'silent')).includes('knob.long_pressed'), 'the long press');
    await allHeard(watcher);
    expect(eventsOf(watcher)).toHaveLength(before);
    expect(detents(told(watcher, 'silent'))).toBe(1);
  });
});

it('a knob and Home Assistant at once: no change of either is lost', async () => {
  const watcher = await house.watcher('watcher');
  const assistant = await house.client('home-assistant');
  const { version: began = 0 } = await watcher.ask(plainZone('floor', { brightness: 100 }));
  await move(watcher, 'fine', '+40');
  const wanted = Array.from({ length: 20 }, (_, index) => 60 + index * 3);
  const answers: Reply[] = [];
  for (const brightness of wanted) answers.push(await assistant.say('diuna/zone/floor/set', JSON.stringify({ state: 'ON', brightness })));
  const events = () => eventsOf(watcher, 'floor').filter(({ version }) => version > began);
  const level = ({ payload }: ReturnType<typeof events>[number], of: 'state' | 'previous') => Number(payload[of]['brightness']);
  const byHand = () => events().filter(({ source }) => source === 'hardware');
  const sum = () => byHand().reduce((whole, event) => whole + level(event, 'state') - level(event, 'previous'), 0);
  await until(() => detents(told(watcher, 'fine')) === 40 && sum() === 40, 'the knob, and what came of it');
  await allHeard(watcher);
  const since = events();
  for (const [index, event] of since.entries()) {
    const before = since[index - 1];
    expect(level(event, 'previous')).toBe(before === undefined ? 100 : level(before, 'state'));
  }
  expect(sum()).toBe(40);
  expect(byHand().length).toBeLessThan(15);
  const made = answers.filter((answer) => answer.ok && answer.changed); // another may be what the knob had made it already
  expect(since.filter(({ source }) => source === 'command').map(({ version }) => version)).toEqual(made.map(({ version }) => version));
  expect(made.length).toBeGreaterThan(10);
  const last = since.at(-1);
  await until(
    () => last !== undefined && watcher.state('floor')?.['brightness'] === level(last, 'state'),
    'the state to be the last of them',
  );
});

it('200 detents a second are at most 50 commands a second, and exactly their sum', async () => {
  const watcher = await begin('floor', { brightness: 10 });
  await move(watcher, 'fine', '+230 -170 press');
  await until(() => names(told(watcher, 'fine')).includes('knob.pressed'), 'the press after all detents', 15_000);
  await until(() => watcher.state('floor')?.['state'] === 'OFF' && watcher.state('floor')?.['brightness'] === 70, 'the sum');
  await allHeard(watcher);
  const turns = told(watcher, 'fine');
  expect(detents(turns)).toBe(60);
  const changes = eventsOf(watcher, 'floor').filter(({ source }) => source === 'hardware');
  for (const events of [turns, changes]) {
    const times = events.map(({ timestamp }) => Date.parse(timestamp));
    const mostInASecond = Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 999).length));
    expect(mostInASecond).toBeLessThanOrEqual(50);
    expect(mostInASecond).toBeGreaterThan(10);
  }
});

describe('moving a knob from afar', () => {
  it.each([
    ['dsk', '+1', 'unknown_knob', /there is no knob "dsk"; did you mean desk/],
    ['desk', 'wiggle', 'invalid_command', /moves must be \+3, -1, press/],
    ['desk', '', 'invalid_command', /moves must be a text/],
  ])('%s %s is refused as %s', async (id, words, code, message) => {
    const phone = await house.client('phone');
    expect(await move(phone, id, words)).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } });
  });

  it('in an envelope happens once for each request id, and not at all in a dry run', async () => {
    const watcher = await begin('floor', { brightness: 100 });
    const phone = await house.client('phone');
    const body = { type: 'knob.simulate', knob: 'desk', moves: '+1' };
    expect(await phone.ask({ ...body, dry_run: true })).toMatchObject({ ok: true, dry_run: true });
    expect(await phone.ask({ ...body, knob: 'nobody', dry_run: true })).toMatchObject({ ok: false, error: { code: 'unknown_knob' } });
    expect(await phone.ask({ ...body, request_id: 'turn-1' })).toMatchObject({ ok: true, duplicate: false });
    expect(await phone.ask({ ...body, request_id: 'turn-1' })).toMatchObject({ ok: true, duplicate: true });
    await move(watcher, 'desk', '-4');
    await until(() => detents(told(watcher, 'desk')) === -3, 'the last turn');
    await until(() => watcher.state('floor')?.['brightness'] === 76, 'the sum');
  });

  it('is bounded: what waits longer than a minute is refused', async () => {
    const phone = await house.client('phone');
    const replies = [];
    for (let count = 0; count < 16; count += 1) replies.push(await move(phone, 'silent', '+1000 -1000 +1000 -1000'));
    expect(replies.at(-1)).toMatchObject({ ok: false, error: { code: 'overloaded' } });
  });
});
