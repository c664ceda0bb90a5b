import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide } from '../../src/core/decide.ts';
import { parseCommand } from '../../src/core/parse-request.ts';
import type { World } from '../../src/core/world.ts';
import { memberIds, membersOf } from '../../src/core/zone-names.ts';
import { isQuestion } from '../../src/engine/query-desk.ts';
import { acceptedChange, refused } from '../../src/engine/replies.ts';
import type { Batch, Change } from '../../src/model/command.ts';
import { refusal } from '../../src/model/refusal.ts';
import { catalog } from '../support/catalog.ts';
import { accept, freshWorld, refuse, rules, stamp, zoneIn } from '../support/deciding.ts';

type Fields = Record<string, unknown>;

const level = fc.integer({ min: 0, max: 255 });
const color = fc.record({ r: level, g: level, b: level });
const common = { transition: fc.integer({ min: 0, max: 5 }) };
/** What a zone may be told; to which is said later. */
const order: fc.Arbitrary<Fields> = fc.oneof(
  fc.record(
    {
      type: fc.constant('zone.set'),
      state: fc.constantFrom('ON', 'OFF'),
      brightness: level,
      color,
      effect: fc.constantFrom('rainbow', 'off', 'nonsense'),
      palette: fc.constantFrom('party', 'default'),
      white: level,
      flash: fc.integer({ min: 0, max: 3 }),
      ...common,
    },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('zone.set_power'), state: fc.constantFrom('ON', 'OFF'), ...common }, { requiredKeys: ['type', 'state'] }),
  fc.record({ type: fc.constant('zone.adjust_brightness'), delta: fc.integer({ min: -255, max: 255 }) }),
  fc.record({ type: fc.constant('zone.adjust_hue'), delta: fc.integer({ min: -360, max: 360 }) }),
  fc.record({ type: fc.constantFrom('zone.adjust_speed', 'zone.adjust_intensity'), delta: fc.integer({ min: -255, max: 255 }) }),
  fc.record({ type: fc.constantFrom('zone.next_effect', 'zone.stop_effect', 'system.identify') }),
);
const toggleOrUndo: fc.Arbitrary<Fields> = fc.record({ type: fc.constantFrom('zone.toggle', 'history.undo') });
const history = fc.array(fc.tuple(fc.oneof(order, toggleOrUndo), fc.constantFrom('floor', 'shelf', 'desk')), { maxLength: 12 });
const group = fc.constantFrom('downstairs', 'corner', 'all');

function parsed(fields: Fields): Change | Batch {
  const command = parseCommand(fields);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  const { value } = command;
  if (isQuestion(value) || value.type === 'events.replay') throw new Error('a query is not decided');
  return value;
}

/** With ids that begin anew, so that two decisions of the same are equal. */
function decided(world: World, fields: Fields, in_ = rules) {
  let count = 0;
  const eventId = () => {
    count += 1;
    return `id-${count}`;
  };
  return decide(world, parsed(fields), { ...stamp, eventId }, in_);
}

function worldOf(steps: readonly (readonly [Fields, string])[]): World {
  return steps.reduce((world, [fields, zone]) => {
    const decision = decided(world, { ...fields, zone });
    return decision.ok ? decision.value.world : world;
  }, freshWorld);
}

function membersIn(name: string): readonly string[] {
  return memberIds(catalog, name) ?? [];
}

function batch(members: readonly string[], fields: Fields): Fields {
  return { type: 'batch', commands: members.map((zone) => ({ ...fields, zone })) };
}

/** @throws where it was refused. */
function accepted(decision: ReturnType<typeof decided>): Decision {
  if (!decision.ok) throw new Error(decision.error.message);
  return decision.value;
}

describe('a command of a group', () => {
  it('is decided as the same command of each of its zones in one batch', () => {
    fc.assert(
      fc.property(history, order, group, (steps, fields, name) => {
        const world = worldOf(steps);
        const [whole, each] = [decided(world, { ...fields, zone: name }), decided(world, batch(membersIn(name), fields))];
        if (each.ok) expect(whole).toEqual(each);
        else expect(whole).toMatchObject({ ok: false, error: { code: each.error.code } });
      }),
      { numRuns: 200 },
    );
  });

  it('to toggle takes all of its zones the same way: off where any is on', () => {
    fc.assert(
      fc.property(history, group, (steps, name) => {
        const world = worldOf(steps);
        const isAnyOn = membersIn(name).some((zone) => zoneIn(world, zone).state === 'ON');
        const power = batch(membersIn(name), { type: 'zone.set_power', state: isAnyOn ? 'OFF' : 'ON' });
        expect(decided(world, { type: 'zone.toggle', zone: name })).toEqual(decided(world, power));
      }),
    );
  });

  it('to undo takes back the last change of each zone that has one', () => {
    fc.assert(
      fc.property(history, group, (steps, name) => {
        const world = worldOf(steps);
        const changed = membersIn(name).filter((zone) => world.previous.has(zone));
        const undone = decided(world, { type: 'history.undo', zone: name });
        if (changed.length > 0) expect(undone).toEqual(decided(world, batch(changed, { type: 'history.undo' })));
        else expect(undone).toMatchObject({ ok: false, error: { code: 'conflict', path: 'zone' } });
      }),
    );
  });

  it('of all zones is what all is, and of one zone what that zone is', () => {
    const everything = { id: 'everything', name: 'Everything', zones: [...catalog.zones.keys()] };
    const wider = { ...rules, catalog: { ...catalog, groups: new Map([...catalog.groups, ['everything', everything]]) } };
    fc.assert(
      fc.property(history, fc.oneof(order, toggleOrUndo), (steps, fields) => {
        const world = worldOf(steps);
        const same = (one: string, other: string) => {
          const [left, right] = [decided(world, { ...fields, zone: one }, wider), decided(world, { ...fields, zone: other }, wider)];
          if (right.ok) expect(left).toEqual(right);
          else expect(left).toMatchObject({ ok: false, error: { code: right.error.code } });
        };
        same('everything', 'all');
        same('corner', 'desk');
      }),
    );
  });

  it('is guarded by no version, not even where the group is of one zone', () => {
    for (const zone of ['downstairs', 'corner', 'all']) {
      const why = refuse(freshWorld, { type: 'zone.toggle', zone, if_version: 0 });
      expect(why).toMatchObject({ code: 'invalid_command', path: 'if_version', message: expect.stringContaining(`got "${zone}"`) });
    }
  });

  it('leaves the zones outside of it alone, and undo of it as well', () => {
    const desk = accept(freshWorld, { type: 'zone.set_color', zone: 'desk', color: 'red' }).world;
    expect(refuse(desk, { type: 'history.undo', zone: 'downstairs' }).code).toBe('conflict');
    const { world, events } = accept(desk, { type: 'zone.set', zone: 'downstairs', brightness: 9 });
    expect(events.map(({ zone }) => zone)).toEqual(['shelf', 'floor']);
    expect(zoneIn(world, 'desk')).toBe(zoneIn(desk, 'desk'));
  });
});

it('a misspelt group is refused with the nearest, by id or name', () => {
  expect(refuse(freshWorld, { type: 'zone.toggle', zone: 'downstair' })).toMatchObject({
    code: 'unknown_zone',
    message: 'there is no zone "downstair"; did you mean downstairs?',
  });
  expect(refuse(freshWorld, { type: 'zone.toggle', zone: 'Downstairs' }).message).toContain('did you mean downstairs?');
});

describe('what a name means', () => {
  it('are zones of a catalog, or nothing', () => {
    expect(membersOf(catalog, 'downstairs')?.map(({ id }) => id)).toEqual(['shelf', 'floor']);
    expect(membersOf(catalog, 'all')).toEqual([...catalog.zones.values()]);
    for (const name of ['cellar', '', 'constructor', '__proto__']) expect(membersOf(catalog, name)).toBeNull();
  });
});

describe('a reply to a command of a group', () => {
  const toggle: Change = { type: 'zone.toggle', zone: 'downstairs' };

  it('carries the state that its zones share, without a version', () => {
    const decision = accepted(decided(freshWorld, { type: 'zone.set', zone: 'downstairs', brightness: 9, color: 'red' }));
    const reply = acceptedChange('R1', toggle, decision, catalog);
    expect(reply).toMatchObject({ changed: true, seq: 2, state: { state: 'ON', brightness: 9, color: { r: 255, g: 0, b: 0 }, seq: 2 } });
    expect([reply.version, reply.state?.['version']]).toEqual([undefined, undefined]);
    const partly = accept(decision.world, { type: 'zone.set_brightness', zone: 'floor', brightness: 10 }).world;
    const why = refused('R2', refusal('conflict', ''), 'downstairs', partly, catalog);
    expect(why.state).toMatchObject({ state: 'ON', color: { r: 255, g: 0, b: 0 }, seq: 3 });
    expect(Object.keys(why.state ?? {})).not.toContain('brightness');
  });

  it('is of the group, also where a zone that had its id has left', () => {
    const old = { ...zoneIn(freshWorld, 'desk'), seq: 77, event_id: 'old', brightness: 1 };
    const world = { ...freshWorld, seq: 90, event_id: 'newest', zones: new Map([...freshWorld.zones, ['downstairs', old]]) };
    const same = accepted(decided(world, { type: 'zone.set_power', zone: 'downstairs', state: 'OFF' }));
    expect(acceptedChange('R1', toggle, same, catalog)).toMatchObject({
      changed: false,
      seq: 90,
      event_id: 'newest',
      state: { brightness: zoneIn(freshWorld, 'shelf').brightness },
    });
  });
});
