import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequestText } from '../../src/core/parse-request.ts';
import { refusalCodes } from '../../src/model/refusal.ts';

function refused(body: unknown) {
  const parsed = parseRequestText(typeof body === 'string' ? body : JSON.stringify(body));
  if (parsed.ok) throw new Error('accepted');
  return parsed.error;
}

const set = (fields: Record<string, unknown>) => ({ request_id: 'R1', type: 'zone.set', zone: 'floor', ...fields });

describe('a malformed command is refused with what was wrong, what is allowed and what came', () => {
  it.each([
    ['not JSON', '{', 'invalid_json', undefined],
    ['nothing', '', 'invalid_json', undefined],
    ['NaN', '{"request_id":"R1","type":"zone.set","zone":"floor","brightness":NaN}', 'invalid_json', undefined],
    ['a list', [], 'invalid_command', undefined],
    ['a number', 7, 'invalid_command', undefined],
    ['no request id', { type: 'system.ping' }, 'invalid_command', 'request_id'],
    ['a request id with a blank', { request_id: 'a b', type: 'system.ping' }, 'invalid_command', 'request_id'],
    ['a request id of 65', { request_id: 'x'.repeat(65), type: 'system.ping' }, 'invalid_command', 'request_id'],
    ['no type', { request_id: 'R1' }, 'invalid_command', 'type'],
    ['an unknown type', { request_id: 'R1', type: 'zone.sett' }, 'unknown_type', 'type'],
    ['an unknown field', set({ colour: 'red' }), 'invalid_command', 'colour'],
    ['brightness 256', set({ brightness: 256 }), 'out_of_range', 'brightness'],
    ['brightness -1', set({ brightness: -1 }), 'out_of_range', 'brightness'],
    ['brightness 1.5', set({ brightness: 1.5 }), 'out_of_range', 'brightness'],
    ['brightness as text', set({ brightness: '128' }), 'invalid_command', 'brightness'],
    ['Infinity', '{"request_id":"R1","type":"zone.set","zone":"floor","brightness":1e999}', 'out_of_range', 'brightness'],
    ['a component of 256', set({ color: { r: 256, g: 0, b: 0 } }), 'out_of_range', 'color.r'],
    ['a colour without blue', set({ color: { r: 1, g: 0 } }), 'invalid_command', 'color.b'],
    ['no colour name', set({ color: 'blurple' }), 'invalid_command', 'color'],
    ['four colours', set({ colors: ['red', 'red', 'red', 'red'] }), 'invalid_command', 'colors'],
    ['a bad colour among good ones', set({ colors: ['red', '#12345'] }), 'invalid_command', 'colors[1]'],
    ['a temperature of 900 K', set({ color_temp: 900 }), 'out_of_range', 'color_temp'],
    ['an own prototype', '{"request_id":"R1","type":"zone.set","zone":"floor","__proto__":{"state":"ON"}}', 'invalid_command', '__proto__'],
    [
      'a prototype in a colour',
      '{"request_id":"R1","type":"zone.set","zone":"floor","color":{"r":1,"g":1,"b":1,"__proto__":{}}}',
      'invalid_command',
      'color.__proto__',
    ],
    ['a constructor as type', { request_id: 'R1', type: 'constructor' }, 'unknown_type', 'type'],
    ['an empty batch', { request_id: 'R1', type: 'batch', commands: [] }, 'invalid_command', 'commands'],
    [
      'a batch of 65',
      { request_id: 'R1', type: 'batch', commands: Array(65).fill({ type: 'zone.toggle', zone: 'x' }) },
      'invalid_command',
      'commands',
    ],
    [
      'a batch in a batch',
      { request_id: 'R1', type: 'batch', commands: [{ type: 'batch', commands: [] }] },
      'invalid_command',
      'commands[0].type',
    ],
    [
      'a fault deep in a batch',
      {
        request_id: 'R1',
        type: 'batch',
        commands: [set({}), { type: 'zone.set', zone: 'x', brightness: 999 }].map(({ ...c }) => ({ ...c, request_id: undefined })),
      },
      'out_of_range',
      'commands[1].brightness',
    ],
    ['a negative version', set({ if_version: -1 }), 'out_of_range', 'if_version'],
    ['a version on a ping', { request_id: 'R1', type: 'system.ping', if_version: 1 }, 'invalid_command', 'if_version'],
    ['no time', { request_id: 'R1', type: 'system.ping', issued_at: 'yesterday' }, 'invalid_command', 'issued_at'],
    ['an odd ack', { request_id: 'R1', type: 'system.ping', ack: 'soon' }, 'invalid_command', 'ack'],
  ])('%s', (_name, body, code, path) => {
    const { refusal } = refused(body);
    expect(refusal.code).toBe(code);
    expect(refusal.path).toBe(path);
    expect(refusal.message.length).toBeGreaterThan(10);
    expect(refusal.message.length).toBeLessThan(600);
  });

  it('says the range and what came', () => {
    expect(refused(set({ brightness: 999 })).refusal.message).toBe('brightness must be an integer, 0 to 255, got 999');
  });

  it('keeps the request id and the zone, so that the refusal finds its command and carries its state', () => {
    expect(refused(set({ brightness: 999 }))).toMatchObject({ request_id: 'R1', zone: 'floor' });
  });
});

describe('a hostile payload', () => {
  it('of deep nesting is refused, not followed', () => {
    expect(refused(`${'['.repeat(30_000)}${']'.repeat(30_000)}`).refusal.code).toBe('invalid_command');
    expect(
      refused(`{"request_id":"R1","type":"zone.set","zone":"floor","color":${'{"r":'.repeat(5000)}1${'}'.repeat(5000)}}`).refusal.code,
    ).toBe('invalid_command');
  });

  it('never leaves a mark on prototypes, whatever it is', () => {
    const keys = fc.constantFrom('__proto__', 'constructor', 'prototype', 'request_id', 'type', 'zone', 'color', 'commands', 'toString');
    const value = fc.letrec((tie) => ({ any: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.dictionary(keys, tie('any'))) })).any;
    fc.assert(
      fc.property(fc.dictionary(keys, value), (body) => {
        const parsed = parseRequestText(JSON.stringify(body));
        if (!parsed.ok) expect(refusalCodes).toContain(parsed.error.refusal.code);
        expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(ownNames);
      }),
      { numRuns: 300 },
    );
  });
});

const ownNames = Object.getOwnPropertyNames(Object.prototype).sort();

it('reads colours in every form that the protocol names', () => {
  const read = (color: unknown) => {
    const parsed = parseRequestText(JSON.stringify(set({ color })));
    return parsed.ok && parsed.value.command.type === 'zone.set' ? parsed.value.command.color : null;
  };
  expect(read('#ff8000')).toEqual({ r: 255, g: 128, b: 0 });
  expect(read('#FF800010')).toEqual({ r: 255, g: 128, b: 0, w: 16 });
  expect(read('RebeccaPurple')).toEqual({ r: 102, g: 51, b: 153 });
  expect(read({ r: 1, g: 2, b: 3, w: 4 })).toEqual({ r: 1, g: 2, b: 3, w: 4 });
  expect(read({ h: 0, s: 100 })).toEqual({ r: 255, g: 0, b: 0 });
  expect(read({ h: 120, s: 50 })).toEqual({ r: 128, g: 255, b: 128 });
  expect(read({ h: 360, s: 0 })).toEqual({ r: 255, g: 255, b: 255 });
});
