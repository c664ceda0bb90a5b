/**
 * The `set` topics (protocol §5): Home Assistant's JSON light command, or bare words for scripts and buttons, each read
 * into a command. Which zone is meant, or that it is the system, stands in the topic.
 */
import { err, ok, type Result } from '../base/result.ts';
import { parseColorText } from '../model/color.ts';
import type { Change, Query } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { show } from './issues.ts';
import { parseCommand, parseJson } from './parse-request.ts';

type Read = Result<Change, Refusal>;

const words = 'ON, OFF, TOGGLE, UNDO, IDENTIFY, #rrggbb, a CSS colour name, 0 to 255, 50%, +10, -10%, or a JSON object';

/** The payload of `zone/{zone}/set`. */
export function parseSet(zone: string, payload: string): Read {
  const text = payload.trim();
  if (text.startsWith('{')) return parseSetJson(zone, text);
  const word = parsePower(zone, text) ?? parseDeed(zone, text) ?? parseLevel(zone, text, text.toLowerCase());
  if (word !== null) return word;
  const color = parseColorText(text);
  if (color !== null) return change({ type: 'zone.set', zone, color });
  return err(refusal('invalid_command', `must be ${words}, got ${text === '' ? 'nothing' : show(text)}`));
}

export const setAttributes = ['brightness', 'color', 'color_temp', 'effect', 'palette', 'speed', 'intensity', 'power'] as const;

/** The payload of `zone/{zone}/set/{attribute}`: one attribute as bare text. */
export function parseSetAttribute(zone: string, attribute: string, payload: string): Read {
  const text = payload.trim();
  switch (attribute) {
    case 'power':
      return parsePower(zone, text) ?? err(refusal('invalid_command', `power must be ON, OFF or TOGGLE, got ${show(text)}`, 'power'));
    case 'brightness':
      return (
        parseLevel(zone, text, text.toLowerCase()) ??
        err(refusal('invalid_command', `brightness must be 0 to 255, 50%, +10 or -10%, got ${show(text)}`, 'brightness'))
      );
    case 'color':
      return change({ type: 'zone.set', zone, color: text.startsWith('{') ? jsonOr(text) : text });
    case 'effect':
    case 'palette':
      return change({ type: 'zone.set', zone, [attribute]: text });
    case 'color_temp':
    case 'speed':
    case 'intensity':
      return change({ type: 'zone.set', zone, [attribute]: /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text });
    default:
      return err(refusal('invalid_command', `there is no attribute ${show(attribute)}; allowed: ${setAttributes.join(', ')}`));
  }
}

/** The payload of `system/set`. */
export function parseSystemSet(payload: string): Result<Query, Refusal> {
  const text = payload.trim();
  if (text.toUpperCase() === 'RESTART') return ok({ type: 'system.restart' });
  return err(refusal('invalid_command', `the system takes RESTART, got ${text === '' ? 'nothing' : show(text)}`));
}

function parseSetJson(zone: string, text: string): Read {
  const json = parseJson(text);
  if (!json.ok) return json;
  const fields = typeof json.value === 'object' && json.value !== null ? json.value : {};
  for (const reserved of ['type', 'zone']) {
    if (Object.hasOwn(fields, reserved))
      return err(refusal('invalid_command', `${reserved} has no place here: the topic says it`, reserved));
  }
  return change({ ...fields, type: 'zone.set', zone });
}

function parsePower(zone: string, text: string): Read | null {
  const word = text.toUpperCase();
  if (word === 'ON' || word === 'OFF') return ok({ type: 'zone.set_power', zone, state: word });
  return word === 'TOGGLE' ? ok({ type: 'zone.toggle', zone }) : null;
}

/** What Home Assistant's buttons ask for: each publishes one fixed payload. */
function parseDeed(zone: string, text: string): Read | null {
  const word = text.toUpperCase();
  if (word === 'UNDO') return ok({ type: 'history.undo', zone });
  return word === 'IDENTIFY' ? ok({ type: 'system.identify', zone }) : null;
}

/** `128`, `50%`, `+10`, `-10%`: a level or a step; a percentage is of 255. */
function parseLevel(zone: string, shown: string, text: string): Read | null {
  const match = /^([+-]?)(\d{1,9}(?:\.\d{1,9})?)(%?)$/.exec(text);
  if (match === null) return null;
  const [, sign, digits, percent] = match;
  const number = Number(digits);
  const limit = percent === '%' ? 100 : 255;
  if (number > limit || (percent !== '%' && !Number.isInteger(number))) {
    const allowed = percent === '%' ? '0% to 100%' : 'an integer, 0 to 255';
    return err(refusal('out_of_range', `brightness must be ${allowed}, got ${show(shown)}`, 'brightness'));
  }
  const amount = percent === '%' ? Math.round((number * 255) / 100) : number;
  if (sign === '') return ok({ type: 'zone.set_brightness', zone, brightness: amount });
  return ok({ type: 'zone.adjust_brightness', zone, delta: sign === '-' ? -amount : amount });
}

function jsonOr(text: string): unknown {
  const json = parseJson(text);
  return json.ok ? json.value : text;
}

function change(fields: Record<string, unknown>): Read {
  const command = parseCommand(fields);
  if (!command.ok) return command;
  return 'zone' in command.value && command.value.type !== 'events.replay'
    ? ok(command.value)
    : err(refusal('invalid_command', 'only a zone can be set here'));
}
