/**
 * `decide(world, command) → events or a refusal`: the rules of protocol §3, pure. Nothing is half decided: one refusal
 * in a batch, or for one zone of several, refuses the whole.
 */
import { assertNever } from '../base/assert-never.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Catalog, ZoneDeclaration } from '../model/catalog.ts';
import type { Batch, Change, ZoneCommand } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { NO_EFFECT, type ZoneState, type ZoneTarget } from '../model/state.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import { apply } from './apply.ts';
import { show } from './issues.ts';
import { unknownZone } from './names.ts';
import { adjust, adjustHue, adjustParameter, nextEffect, type Place, retarget } from './retarget.ts';
import { changeZone, type Stamp, targetOf } from './stamp.ts';
import { fitTarget, type World } from './world.ts';
import { membersOf } from './zone-names.ts';

export interface Rules {
  readonly catalog: Catalog;
  /** Milliseconds, where a command names no transition. */
  readonly transitionMs: number;
}

export interface Decision {
  /** In order of seq; none where everything was already so. */
  readonly events: readonly DiunaEvent[];
  /** The world once the events are applied. */
  readonly world: World;
  /** What the renderer is to show: one a changed zone and command. */
  readonly changes: readonly TargetChange[];
  readonly overlays: readonly Overlay[];
}

const IDENTIFY_MS = 3000;

export function decide(world: World, command: Change | Batch, stamp: Stamp, rules: Rules): Result<Decision, Refusal> {
  if (command.type !== 'batch') return decideOne(world, command, stamp, rules);
  let whole: Decision = { events: [], world, changes: [], overlays: [] };
  for (const [index, item] of command.commands.entries()) {
    const part = decideOne(whole.world, item, stamp, rules);
    if (!part.ok) return err(within(part.error, `commands[${index}]`));
    whole = {
      events: [...whole.events, ...part.value.events],
      world: part.value.world,
      changes: [...whole.changes, ...part.value.changes],
      overlays: [...whole.overlays, ...part.value.overlays],
    };
  }
  return ok(whole);
}

function decideOne(world: World, command: Change, stamp: Stamp, rules: Rules): Result<Decision, Refusal> {
  if (!('zone' in command)) return err(refusal('unsupported', `${command.type} is not supported by this version`, 'type'));
  const zones = affectedZones(world, command, rules.catalog);
  if (!zones.ok) return zones;
  const events: DiunaEvent[] = [];
  const changes: TargetChange[] = [];
  const isAnyLit = zones.value.some(({ state }) => state.state === 'ON');
  let next = world;
  for (const { declaration, state, previous } of zones.value) {
    const target = newTarget(command, { state, previous, isAnyLit }, { zone: declaration, catalog: rules.catalog });
    if (!target.ok) return target;
    const event = changeZone(next, state, declaration.id, target.value, stamp);
    if (event === null) continue;
    events.push(event);
    changes.push({ zone: declaration.id, target: target.value, transitionMs: transitionMs(command, rules) });
    next = apply(next, event);
  }
  return ok({ events, world: next, changes, overlays: overlaysOf(command, zones.value) });
}

interface Affected {
  readonly declaration: ZoneDeclaration;
  readonly state: ZoneState;
  /** Before its last change; left out where there was none. */
  readonly previous: ZoneState | undefined;
}

function affectedZones(world: World, command: ZoneCommand & Change, catalog: Catalog): Result<readonly Affected[], Refusal> {
  const affected = (membersOf(catalog, command.zone) ?? []).flatMap((declaration): Affected[] => {
    const state = world.zones.get(declaration.id);
    return state === undefined ? [] : [{ declaration, state, previous: world.previous.get(declaration.id) }];
  });
  if (affected.length === 0) return err(unknownZone(catalog, command.zone));
  const refused = guard(command, affected, catalog) ?? nothingToUndo(command, affected);
  return refused === null ? ok(affected) : err(refused);
}

/** A group of one zone is still a group: what a client guards by a version must not depend on how many there are today. */
function guard(command: ZoneCommand & Change, affected: readonly Affected[], catalog: Catalog): Refusal | null {
  if (command.if_version === undefined) return null;
  if (!catalog.zones.has(command.zone))
    return refusal('invalid_command', `if_version needs one zone, got ${show(command.zone)}`, 'if_version');
  const version = affected[0]?.state.version;
  if (version === command.if_version) return null;
  return refusal(
    'conflict',
    `zone ${command.zone} must be at version ${show(command.if_version)}, it is at ${show(version)}`,
    'if_version',
  );
}

function nothingToUndo(command: ZoneCommand, affected: readonly Affected[]): Refusal | null {
  if (command.type !== 'history.undo' || affected.some(({ previous }) => previous !== undefined)) return null;
  return refusal('conflict', `zone ${command.zone} has no change to undo`, 'zone');
}

/** What a rule may rest on, beside the command. */
interface Situation extends Pick<Affected, 'state' | 'previous'> {
  /** Whether one of the zones that the command names is on: one toggle takes them all the same way. */
  readonly isAnyLit: boolean;
}

function newTarget(command: ZoneCommand, { state, previous, isAnyLit }: Situation, place: Place): Result<ZoneTarget, Refusal> {
  const target = targetOf(state);
  switch (command.type) {
    case 'zone.set':
    case 'zone.start_effect':
      return retarget(target, command, place);
    case 'zone.set_power':
      return ok({ ...target, state: command.state });
    case 'zone.toggle':
      return ok({ ...target, state: isAnyLit ? 'OFF' : 'ON' });
    case 'zone.set_color':
      return retarget(target, { color: command.color }, place);
    case 'zone.set_brightness':
      return retarget(target, { brightness: command.brightness }, place);
    case 'zone.adjust_brightness':
      return ok(adjust(target, command.delta, command.allow_off ?? false));
    case 'zone.adjust_hue':
      return adjustHue(target, command.delta, place);
    case 'zone.adjust_speed':
      return ok(adjustParameter(target, 'speed', command.delta));
    case 'zone.adjust_intensity':
      return ok(adjustParameter(target, 'intensity', command.delta));
    case 'zone.stop_effect':
      return ok({ ...target, effect: NO_EFFECT });
    case 'zone.next_effect':
      return ok(nextEffect(target, place.catalog));
    case 'history.undo':
      return ok(fitTarget(targetOf(previous ?? state), place.zone, place.catalog));
    case 'system.identify':
      return ok(target);
    default:
      return assertNever(command);
  }
}

function overlaysOf(command: ZoneCommand, affected: readonly Affected[]): Overlay[] {
  if (command.type === 'system.identify') {
    return affected.map(({ declaration }) => ({ zone: declaration.id, kind: 'identify', durationMs: IDENTIFY_MS }));
  }
  const seconds = command.type === 'zone.set' ? (command.flash ?? 0) : 0;
  if (seconds === 0) return [];
  return affected.map(({ declaration }) => ({ zone: declaration.id, kind: 'flash', durationMs: seconds * 1000 }));
}

function transitionMs(command: ZoneCommand, rules: Rules): number {
  const seconds = command.type === 'system.identify' ? undefined : command.transition;
  return seconds === undefined ? rules.transitionMs : seconds * 1000;
}

function within(refused: Refusal, path: string): Refusal {
  return refusal(refused.code, `${path}: ${refused.message}`, refused.path === undefined ? path : `${path}.${refused.path}`);
}
