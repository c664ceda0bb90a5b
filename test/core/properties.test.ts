import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnsweredWindow, type StoredAnswer } from '../../src/core/answered.ts';
import { apply } from '../../src/core/apply.ts';
import { decide } from '../../src/core/decide.ts';
import { parseCommand } from '../../src/core/parse-request.ts';
import { isQuestion } from '../../src/engine/query-desk.ts';
import type { DiunaEvent } from '../../src/model/event.ts';
import { targetFields, zoneStateSchema } from '../../src/model/state.ts';
import { freshWorld, rules, stamp } from '../support/deciding.ts';

const zone = fc.constantFrom('floor', 'shelf', 'desk', 'all', 'downstairs', 'corner', 'cellar');
const level = fc.integer({ min: 0, max: 255 });
const color = fc.record({ r: level, g: level, b: level });
const command = fc.oneof(
  fc.record(
    {
      type: fc.constant('zone.set'),
      zone,
      state: fc.constantFrom('ON', 'OFF'),
      brightness: level,
      color,
      effect: fc.constantFrom('rainbow', 'fire', 'off', 'nonsense'),
      palette: fc.constantFrom('party', 'default'),
      white: level,
      color_temp: fc.integer({ min: 1500, max: 9000 }),
      colors: fc.array(color, { minLength: 1, maxLength: 3 }),
      reverse: fc.boolean(),
      if_version: fc.nat(5),
    },
    { requiredKeys: ['type', 'zone'] },
  ),
  fc.record({ type: fc.constant('zone.toggle'), zone }),
  fc.record({ type: fc.constant('zone.adjust_brightness'), zone, delta: fc.integer({ min: -255, max: 255 }), allow_off: fc.boolean() }),
  fc.record({ type: fc.constant('zone.adjust_hue'), zone, delta: fc.integer({ min: -360, max: 360 }) }),
  fc.record({ type: fc.constantFrom('zone.adjust_speed', 'zone.adjust_intensity'), zone, delta: fc.integer({ min: -255, max: 255 }) }),
  fc.record({ type: fc.constantFrom('zone.next_effect', 'zone.stop_effect', 'history.undo', 'system.identify'), zone }),
);
const commands = fc.array(
  fc.oneof(command, fc.record({ type: fc.constant('batch'), commands: fc.array(command, { minLength: 1, maxLength: 4 }) })),
  { maxLength: 30 },
);

function run(bodies: readonly Record<string, unknown>[]) {
  let world = freshWorld;
  const events: DiunaEvent[] = [];
  for (const body of bodies) {
    const parsed = parseCommand(body);
    if (!parsed.ok) continue;
    const { value } = parsed;
    if (isQuestion(value) || value.type === 'events.replay') continue;
    const before = world;
    const decided = decide(world, value, stamp, rules);
    expect(world).toBe(before);
    if (!decided.ok) continue;
    world = decided.value.world;
    events.push(...decided.value.events);
  }
  return { world, events };
}

it('events replayed from empty give exactly the state, without a gap in seq or version', () => {
  fc.assert(
    fc.property(commands, (bodies) => {
      const { world, events } = run(bodies);
      expect(events.reduce(apply, freshWorld)).toEqual(world);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      for (const id of rules.catalog.zones.keys()) {
        const versions = events.filter((event) => event.zone === id).map(({ version }) => version);
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }
    }),
    { numRuns: 200 },
  );
});

it('every state keeps to its schema, and an event names just what changed', () => {
  fc.assert(
    fc.property(commands, (bodies) => {
      for (const { payload } of run(bodies).events) {
        expect(zoneStateSchema.safeParse(payload.state).success).toBe(true);
        const differs = targetFields.filter((field) => JSON.stringify(payload.state[field]) !== JSON.stringify(payload.previous[field]));
        expect(payload.changed).toEqual(differs);
        expect(payload.state.colors[0]).toEqual(payload.state.color);
      }
    }),
    { numRuns: 200 },
  );
});

it('a state written back as a command changes nothing: no echo can loop', () => {
  fc.assert(
    fc.property(commands, (bodies) => {
      const { world } = run(bodies);
      for (const [id, state] of world.zones) {
        const { brightness, color, color_mode, color_temp, effect, palette, speed, intensity, colors, reverse, mirror } = state;
        const shown = color_mode === 'color_temp' ? { color_temp } : { color };
        const body = {
          type: 'zone.set',
          zone: id,
          state: state.state,
          brightness,
          effect,
          palette,
          speed,
          intensity,
          colors,
          reverse,
          mirror,
          ...shown,
        };
        const again = parseCommand(body);
        if (!again.ok || again.value.type !== 'zone.set') throw new Error('a state must be a valid command');
        expect(decide(world, again.value, stamp, rules)).toMatchObject({ ok: true, value: { events: [] } });
      }
    }),
    { numRuns: 200 },
  );
});

it('the dedup window holds the newest answers of each client, within its bounds', () => {
  const answer = fc.record({ client: fc.constantFrom('a', 'b', 'c', '__proto__'), request_id: fc.nat(40).map(String) });
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 200 }), (given) => {
      const window = new AnsweredWindow(8, 20);
      const newest = new Map<string, string[]>();
      for (const [index, { client, request_id }] of given.entries()) {
        const stored: StoredAnswer = {
          user: null,
          client,
          request_id,
          digest: String(index),
          reply: { request_id, ok: false, error: { code: 'internal', message: '' } },
        };
        window.remember(stored);
        expect(window.find({ user: null, client }, request_id)).toBe(stored);
        newest.set(client, [...(newest.get(client) ?? []).filter((id) => id !== request_id), request_id]);
        expect(window.size).toBeLessThanOrEqual(20);
      }
      expect([...window.all()].length).toBe(window.size);
      for (const [client, ids] of newest) {
        for (const id of ids.slice(0, -8)) expect(window.find({ user: null, client }, id)).toBeUndefined();
      }
      const copy = new AnsweredWindow(8, 20);
      for (const kept of window.all()) copy.remember(kept);
      expect([...copy.all()]).toEqual([...window.all()]);
    }),
  );
});
