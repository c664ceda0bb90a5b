/** Mistakes of knobs: pins that are missing or taken, settings of another driver, and what a knob does that is no command. Pure. */
import type * as z from 'zod';
import { nearest } from '../base/nearest.ts';
import { BATCH_LIMIT, batchableSchemas, commandTypes } from './command.ts';
import type { Config } from './config.ts';
import { pinsOf } from './config-hardware.ts';
import { type KnobConfig, turnables } from './config-knobs.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';
import { ALL } from './ids.ts';

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

export function checkKnobs(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = pinsOfStrips(config, unjudged);
  for (const [id, knob] of Object.entries(config.knobs)) {
    if (unjudged.has(`knobs.${id}`)) continue;
    const path = ['knobs', id];
    mistakes.push(...checkPins(id, knob, taken), ...checkDriver(path, knob));
    if (knob.zone !== undefined) mistakes.push(...checkZoneName(config, path, { zone: knob.zone }));
    for (const key of ['rotate', 'hold_rotate'] as const) mistakes.push(...checkTurning(config, [...path, key], knob, knob[key] ?? null));
    for (const key of ['press', 'double_press', 'long_press'] as const) {
      const command = knob[key] ?? null;
      if (command !== null) mistakes.push(...checkGesture(config, [...path, key], knob, command));
    }
  }
  return mistakes;
}

function pinsOfStrips(config: Config, unjudged: Unjudged): Map<string, string> {
  const pins = new Map<string, string>();
  for (const [id, { output }] of Object.entries(config.strips)) {
    if (unjudged.has(`strips.${id}`)) continue;
    for (const pin of pinsOf(output)) pins.set(`${pin}`, `strip ${id}`);
  }
  return pins;
}

function readsPins({ driver }: KnobConfig): boolean {
  return driver === 'onoff' || driver === 'gpio';
}

/** Both lines or none, and nothing else on them. Pins of chips that are named count each chip for itself. */
function checkPins(id: string, knob: KnobConfig, taken: Map<string, string>): Mistake[] {
  const path = ['knobs', id];
  const mistakes: Mistake[] = [];
  if ((knob.clk === undefined) !== (knob.dt === undefined)) {
    mistakes.push({ path, message: `must have both clk and dt to be turned; ${knob.clk === undefined ? 'clk' : 'dt'} is missing` });
  }
  if (!readsPins(knob)) return mistakes;
  if (knob.clk === undefined && knob.dt === undefined && knob.switch === undefined) {
    mistakes.push({ path, message: `must have clk and dt, or switch: the driver ${knob.driver} reads pins` });
  }
  for (const key of ['clk', 'dt', 'switch'] as const) {
    const pin = knob[key];
    if (pin === undefined) continue;
    const place = knob.chip === undefined ? `${pin}` : `${knob.chip} ${pin}`;
    const before = taken.get(place);
    if (before !== undefined) mistakes.push({ path: [...path, key], message: `GPIO ${pin} is taken already by ${before}` });
    else taken.set(place, `knob ${id} (${key})`);
  }
  return mistakes;
}

/** A simulated knob may keep the settings of the real one that it stands in for. */
function checkDriver(path: Path, knob: KnobConfig): Mistake[] {
  const { driver } = knob;
  if (driver === 'simulated') return [];
  const mistakes: Mistake[] = [];
  const strangers = driver === 'evdev' ? (['clk', 'dt', 'switch', 'chip'] as const) : (['device', 'switch_device'] as const);
  const own = driver === 'evdev' ? 'device and switch_device' : 'clk, dt and switch';
  for (const key of strangers) {
    if (knob[key] !== undefined) mistakes.push({ path: [...path, key], message: `is not for the driver ${driver}, which reads ${own}` });
  }
  if (driver === 'evdev' && knob.device === undefined && knob.switch_device === undefined) {
    mistakes.push({ path, message: 'must have device or switch_device, such as /dev/input/event0: the driver evdev reads them' });
  }
  return [...mistakes, ...checkUse(path, knob)];
}

/** What is to happen at a turn or a press needs something that can be turned or pressed. */
function checkUse(path: Path, knob: KnobConfig): Mistake[] {
  const byPins = readsPins(knob);
  const turns = byPins ? knob.clk !== undefined || knob.dt !== undefined : knob.device !== undefined;
  const presses = byPins ? knob.switch !== undefined : knob.switch_device !== undefined || knob.device !== undefined;
  const needs = (key: keyof KnobConfig, there: boolean, what: string): Mistake[] =>
    there || (knob[key] ?? null) === null ? [] : [{ path: [...path, key], message: `needs ${what}, which this knob has not` }];
  const turning = byPins ? 'clk and dt' : 'device';
  const button = byPins ? 'switch' : 'switch_device';
  return [
    ...needs('rotate', turns, turning),
    ...needs('hold_rotate', turns && presses, turns ? button : turning),
    ...(['press', 'double_press', 'long_press'] as const).flatMap((key) => needs(key, presses, button)),
  ];
}

function checkTurning(config: Config, path: Path, knob: KnobConfig, turning: KnobConfig['rotate']): Mistake[] {
  if (turning === undefined || turning === null) return [];
  const { what = path.at(-1) === 'hold_rotate' ? 'hue' : 'brightness', step = 1 } = turning;
  const mistakes = turning.zone === undefined && knob.zone !== undefined ? [] : checkZoneName(config, path, turning);
  if (what === 'hue' || Math.abs(step) <= 255) return mistakes;
  const message = `must be an integer, -255 to 255, but not 0, for ${what}; ${turnables[what]} is usual`;
  return [...mistakes, { path: [...path, 'step'], message, got: `${step}` }];
}

/** A command as a client would send it, without its envelope; the zone may be left out where the knob has one. */
function checkGesture(config: Config, path: Path, knob: KnobConfig, command: Fields): Mistake[] {
  if (command['type'] !== 'batch') return checkChange(config, path, knob, command);
  const { commands } = command;
  if (!Array.isArray(commands) || commands.length === 0 || commands.length > BATCH_LIMIT)
    return [{ path: [...path, 'commands'], message: `must be a list of 1 to ${BATCH_LIMIT} commands` }];
  const extra = Object.keys(command).filter((key) => key !== 'type' && key !== 'commands');
  return [
    ...extra.map((key) => ({ path: [...path, key], message: 'is no field of batch' })),
    ...commands.flatMap((part: unknown, index) => {
      const at = [...path, 'commands', index];
      return isFields(part) ? checkChange(config, at, knob, part) : [{ path: at, message: 'must be a command' }];
    }),
  ];
}

function checkChange(config: Config, path: Path, knob: KnobConfig, fields: Fields): Mistake[] {
  const types = Object.keys(batchableSchemas);
  const type = typeof fields['type'] === 'string' ? fields['type'] : '';
  const schema = schemaOf(fields);
  if (schema === undefined) {
    const message = 'must be a type of command that changes zones, such as zone.toggle';
    return [{ path: [...path, 'type'], message, got: type, meant: commandTypes.includes(type) ? [] : nearest(type, types, 1) }];
  }
  const command = withZone(fields, knob.zone);
  const parsed = schema.safeParse(command, { reportInput: true });
  const mistakes = (parsed.success ? [] : parsed.error.issues).map((issue): Mistake => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const inner = [...issue.path, ...keys].map((key) => (typeof key === 'number' ? key : String(key)));
    if (keys.length > 0) return { path: [...path, ...inner], message: `is no field of ${type}` };
    return { path: [...path, ...inner], ...explained(issue, inner[0] === 'zone') };
  });
  return 'zone' in schema.shape && mistakes.length === 0 ? checkZoneName(config, path, command) : mistakes;
}

/** What came is shown where it is short by itself. */
function explained({ input, message }: z.core.$ZodIssue, ofZone: boolean): Pick<Mistake, 'message' | 'got'> {
  if (input === undefined) return { message: `is missing: ${ofZone ? 'name the zone here, or as the zone of the knob' : message}` };
  return typeof input === 'object' ? { message } : { message, got: JSON.stringify(input) };
}

/** What a command, and each of a batch, leaves out about its zone, the knob says. */
export function withZone(command: Fields, zone: string | undefined): Fields {
  const { type, commands } = command;
  if (zone === undefined) return command;
  if (type === 'batch' && Array.isArray(commands)) {
    const parts: unknown[] = commands;
    return { ...command, commands: parts.map((part) => (isFields(part) ? withZone(part, zone) : part)) };
  }
  const schema = schemaOf(command);
  return schema === undefined || !('zone' in schema.shape) || Object.hasOwn(command, 'zone') ? command : { ...command, zone };
}

function schemaOf({ type }: Fields) {
  return Object.entries(batchableSchemas).find(([name]) => name === type)?.[1];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkZoneName(config: Config, path: Path, command: Fields): Mistake[] {
  const zone = command['zone'];
  const [zones, groups] = [Object.keys(config.zones), Object.keys(config.groups)];
  if (typeof zone === 'string' && [...zones, ...groups, ALL].includes(zone)) return [];
  const named = groups.length === 0 ? 'zones' : 'zones and groups';
  const message = `must be one of the ${named}: ${[...zones.slice(0, 12), ...groups.slice(0, 12), ALL].join(', ')}`;
  if (typeof zone !== 'string') return [{ path: [...path, 'zone'], message }];
  return [{ path: [...path, 'zone'], message, got: zone, meant: nearest(zone, [...zones, ...groups], 1) }];
}
