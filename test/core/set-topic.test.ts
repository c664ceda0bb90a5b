import { describe, expect, it } from 'vitest';
import { parseSet, parseSetAttribute, parseSystemSet } from '../../src/core/set-topic.ts';

function read(payload: string) {
  const parsed = parseSet('floor', payload);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

describe('bare words', () => {
  it.each([
    ['ON', { type: 'zone.set_power', state: 'ON' }],
    ['off\n', { type: 'zone.set_power', state: 'OFF' }],
    ['toggle', { type: 'zone.toggle' }],
    ['UNDO', { type: 'history.undo' }],
    [' identify\n', { type: 'system.identify' }],
    ['#ff8800', { type: 'zone.set', color: { r: 255, g: 136, b: 0 } }],
    ['Red', { type: 'zone.set', color: { r: 255, g: 0, b: 0 } }],
    ['0', { type: 'zone.set_brightness', brightness: 0 }],
    ['255', { type: 'zone.set_brightness', brightness: 255 }],
    ['50%', { type: 'zone.set_brightness', brightness: 128 }],
    ['+10', { type: 'zone.adjust_brightness', delta: 10 }],
    ['-10%', { type: 'zone.adjust_brightness', delta: -26 }],
  ])('%s', (payload, command) => {
    expect(read(payload)).toEqual({ zone: 'floor', ...command });
  });

  it.each(['', 'blurple', '256', '-256', '101%', '1e2', '12.5', '#12345', '[1]', '"ON"', 'NaN', '٣'])(
    '%j is refused with what is allowed',
    (payload) => {
      const parsed = parseSet('floor', payload);
      expect(parsed.ok).toBe(false);
      if (!parsed.ok) expect(parsed.error.message).toMatch(/must be .*(ON.*UNDO, IDENTIFY|0 to 255|0%)/);
    },
  );
});

describe("Home Assistant's JSON", () => {
  it('is taken as a whole', () => {
    expect(read('{"state":"ON","brightness":128,"color":{"r":255,"g":0,"b":0},"transition":0.5}')).toEqual({
      type: 'zone.set',
      zone: 'floor',
      state: 'ON',
      brightness: 128,
      color: { r: 255, g: 0, b: 0 },
      transition: 0.5,
    });
  });

  it.each([
    ['{"state":"ON","zone":"shelf"}', 'zone'],
    ['{"type":"history.undo"}', 'type'],
    ['{"brightness":300}', 'brightness'],
    ['{"nonsense":1}', 'nonsense'],
  ])('%s is refused at %s', (payload, path) => {
    const parsed = parseSet('floor', payload);
    expect(parsed).toMatchObject({ ok: false, error: { path } });
  });
});

describe('the word for the system', () => {
  it.each(['RESTART', 'restart', ' Restart\n'])('%j', (payload) => {
    expect(parseSystemSet(payload)).toEqual({ ok: true, value: { type: 'system.restart' } });
  });

  it.each(['', 'ON', 'RESTARTS', '"RESTART"', '{}', '__proto__'])('%j is none', (payload) => {
    expect(parseSystemSet(payload)).toMatchObject({
      ok: false,
      error: { code: 'invalid_command', message: expect.stringMatching(/^the system takes RESTART, got ./) },
    });
  });
});

describe('one attribute as bare text', () => {
  it.each([
    ['brightness', '50%', { type: 'zone.set_brightness', brightness: 128 }],
    ['color', 'red', { type: 'zone.set', color: { r: 255, g: 0, b: 0 } }],
    ['color', '{"h":240,"s":100}', { type: 'zone.set', color: { r: 0, g: 0, b: 255 } }],
    ['color_temp', '2700', { type: 'zone.set', color_temp: 2700 }],
    ['effect', 'Fire 2012', { type: 'zone.set', effect: 'Fire 2012' }],
    ['palette', 'party', { type: 'zone.set', palette: 'party' }],
    ['speed', '7', { type: 'zone.set', speed: 7 }],
    ['intensity', '255', { type: 'zone.set', intensity: 255 }],
    ['power', 'toggle', { type: 'zone.toggle' }],
  ])('%s %s', (attribute, payload, command) => {
    expect(parseSetAttribute('floor', attribute, payload)).toEqual({ ok: true, value: { zone: 'floor', ...command } });
  });

  it.each([
    ['speed', 'fast'],
    ['speed', '256'],
    ['power', 'maybe'],
    ['power', 'UNDO'],
    ['brightness', 'much'],
    ['hue', '3'],
    ['__proto__', '3'],
  ])('%s %s is refused', (attribute, payload) => {
    expect(parseSetAttribute('floor', attribute, payload).ok).toBe(false);
  });
});
