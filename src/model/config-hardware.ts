/**
 * Mistakes of pins, outputs and knobs: what the Raspberry Pi cannot do, or cannot do twice. Pure.
 * The table of pins is rpi_ws281x's: a pin works only through the hardware channel that is wired to it.
 */
import { nearest } from '../base/nearest.ts';
import { batchableSchemas } from './command.ts';
import type { Config } from './config.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';
import type { LedType, OutputConfig } from './config-strip.ts';
import { ALL } from './ids.ts';

const hardwareChannels: Readonly<Record<string, readonly number[]>> = {
  PWM0: [12, 18, 40, 52],
  PWM1: [13, 19, 41, 45, 53],
  PCM: [21, 31],
  SPI: [10, 38],
};

function channelOf(gpio: number): string | null {
  return Object.entries(hardwareChannels).find(([, pins]) => pins.includes(gpio))?.[0] ?? null;
}

/** Two strips must not use one hardware channel or one remote controller: the later would overwrite the earlier. */
export function checkOutputs(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = new Map<string, string>();
  for (const [id, { type, output }] of Object.entries(config.strips)) {
    if (unjudged.has(`strips.${id}`)) continue;
    const path = ['strips', id, 'output'];
    mistakes.push(...checkOutput(output, path), ...checkType(type, output, ['strips', id, 'type']));
    const place = placeOf(output);
    if (place === null) continue;
    const before = taken.get(place.key);
    if (before !== undefined) mistakes.push({ path, message: `${place.name} is taken already by strip ${before}` });
    else taken.set(place.key, id);
  }
  return mistakes;
}

function placeOf(output: OutputConfig): { key: string; name: string } | null {
  if (output.driver === 'ddp') {
    const name = `${output.host}:${output.port}`;
    return { key: `ddp ${name.toLowerCase()}`, name };
  }
  if (output.driver === 'ws281x') {
    const channel = channelOf(output.gpio);
    return channel === null ? null : { key: channel, name: `the hardware channel ${channel} (GPIO ${output.gpio})` };
  }
  return null;
}

/** LEDs with a clock line need an output that has one. */
function checkType(type: LedType, { driver }: OutputConfig, path: readonly string[]): Mistake[] {
  if (driver !== 'ws281x' || type !== 'apa102') return [];
  const message = 'must be ws2811, ws2812, ws2815, sk6812 or sk6812w: the driver ws281x has no clock line';
  return [{ path, message, got: type }];
}

function checkOutput(output: OutputConfig, path: readonly string[]): Mistake[] {
  if (output.driver === 'ddp') {
    if (/^[A-Za-z0-9._-]+$|^[0-9A-Fa-f:]+(%\w+)?$/.test(output.host)) return [];
    return [{ path: [...path, 'host'], message: 'must be a host name or address alone; the port has a key of its own', got: output.host }];
  }
  if (output.driver !== 'ws281x') return [];
  const mistakes: Mistake[] = [];
  if (channelOf(output.gpio) === null) {
    const pins = Object.entries(hardwareChannels).map(([name, numbers]) => `${numbers.join(', ')} (${name})`);
    mistakes.push({ path: [...path, 'gpio'], message: `must be a pin that can drive LEDs: ${pins.join('; ')}`, got: String(output.gpio) });
  }
  if (output.dma === 5) {
    mistakes.push({
      path: [...path, 'dma'],
      message: 'must not be 5: that channel serves the SD card, which it would damage; use 10',
      got: '5',
    });
  }
  return mistakes;
}

/** Knobs have the pins that their driver needs, no pin serves two things, and what they do is a command on a zone that exists. */
export function checkKnobs(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = pinsOfStrips(config, unjudged);
  for (const [id, knob] of Object.entries(config.knobs)) {
    if (unjudged.has(`knobs.${id}`)) continue;
    const path = ['knobs', id];
    for (const key of ['clk', 'dt', 'switch'] as const) {
      const pin = knob[key];
      if (pin === undefined) continue;
      const before = taken.get(pin);
      if (before !== undefined) mistakes.push({ path: [...path, key], message: `GPIO ${pin} is taken already by ${before}` });
      else taken.set(pin, `knob ${id} (${key})`);
    }
    if ((knob.clk === undefined) !== (knob.dt === undefined)) {
      mistakes.push({ path, message: `must have both clk and dt to be turned; ${knob.clk === undefined ? 'clk' : 'dt'} is missing` });
    }
    const byPin = knob.driver === 'onoff' || knob.driver === 'gpio';
    if (byPin && knob.clk === undefined && knob.dt === undefined && knob.switch === undefined) {
      mistakes.push({ path, message: `must have clk and dt, or switch: the driver ${knob.driver} reads pins` });
    }
    if (knob.driver === 'evdev' && knob.device === undefined) {
      mistakes.push({ path, message: 'must have device, such as /dev/input/event0: the driver evdev reads one' });
    }
    mistakes.push(...checkRotate(config, path, knob.rotate));
    for (const gesture of ['press', 'double_press', 'long_press'] as const) {
      mistakes.push(...checkGesture(config, [...path, gesture], knob[gesture]));
    }
  }
  return mistakes;
}

function pinsOfStrips(config: Config, unjudged: Unjudged): Map<number, string> {
  const pins = new Map<number, string>();
  for (const [id, { output }] of Object.entries(config.strips)) {
    if (output.driver === 'ws281x' && !unjudged.has(`strips.${id}`)) pins.set(output.gpio, `strip ${id}`);
  }
  return pins;
}

type LooseCommand = Readonly<Record<string, unknown>> | undefined;

function checkRotate(config: Config, path: readonly string[], rotate: LooseCommand): Mistake[] {
  if (rotate === undefined) return [];
  const mistakes = checkZoneName(config, [...path, 'rotate'], rotate);
  const step = rotate['step'] ?? 1;
  if (!Number.isInteger(step) || step === 0 || Math.abs(Number(step)) > 255) {
    mistakes.push({ path: [...path, 'rotate', 'step'], message: 'must be an integer, -255 to 255, but not 0', got: JSON.stringify(step) });
  }
  return mistakes;
}

function checkGesture(config: Config, path: readonly string[], command: LooseCommand): Mistake[] {
  if (command === undefined) return [];
  const types = Object.keys(batchableSchemas);
  const type = typeof command['type'] === 'string' ? command['type'] : '';
  const schema = Object.entries(batchableSchemas).find(([name]) => name === type)?.[1];
  if (schema === undefined) {
    return [
      { path: [...path, 'type'], message: 'must be a type of command, such as zone.toggle', got: type, meant: nearest(type, types, 1) },
    ];
  }
  const parsed = schema.safeParse(command);
  const wrong = parsed.success ? [] : parsed.error.issues;
  const mistakes = wrong.map((issue): Mistake => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const inner = [...issue.path, ...keys].map((key) => (typeof key === 'number' ? key : String(key)));
    return { path: [...path, ...inner], message: keys.length > 0 ? `is no field of ${type}` : issue.message };
  });
  return 'zone' in schema.shape && mistakes.length === 0 ? checkZoneName(config, path, command) : mistakes;
}

function checkZoneName(config: Config, path: readonly string[], command: Readonly<Record<string, unknown>>): Mistake[] {
  const zone = command['zone'];
  const zones = Object.keys(config.zones);
  if (typeof zone === 'string' && (zone === ALL || zones.includes(zone))) return [];
  const message = `must be one of the zones: ${[...zones.slice(0, 12), ALL].join(', ')}`;
  if (typeof zone !== 'string') return [{ path: [...path, 'zone'], message }];
  return [{ path: [...path, 'zone'], message, got: zone, meant: nearest(zone, zones, 1) }];
}
