/**
 * Mistakes of outputs: what the Raspberry Pi or a network cannot do, or cannot do for two strips. Pure.
 * The table of pins is rpi_ws281x's: a pin works only through the hardware channel that is wired to it.
 */
import * as z from 'zod';
import { assertNever } from '../base/assert-never.ts';
import type { Config } from './config.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';
import type { OutputConfig } from './config-outputs.ts';
import type { StripConfig } from './config-strip.ts';
import { orderOf } from './led-types.ts';
import { universesOf } from './universes.ts';

const LAST_UNIVERSE = 63_999;

const hardwareChannels: Readonly<Record<string, readonly number[]>> = {
  PWM0: [12, 18, 40, 52],
  PWM1: [13, 19, 41, 45, 53],
  PCM: [21, 31],
  SPI: [10, 38],
};
/** Data and clock of the SPI buses that every Pi has. */
const spiPins: Readonly<Record<string, readonly number[]>> = { 0: [10, 11], 1: [20, 21] };

/** What only one strip can have: the later would overwrite the earlier. */
interface Place {
  readonly key: string;
  readonly name: string;
}

export function checkOutputs(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = new Map<string, string>();
  for (const [id, strip] of Object.entries(config.strips)) {
    if (unjudged.has(`strips.${id}`)) continue;
    const path = ['strips', id, 'output'];
    mistakes.push(...checkOutput(strip, path), ...checkType(strip, ['strips', id]));
    const places = placesOf(strip);
    const twice = places.find(({ key }) => taken.has(key));
    if (twice !== undefined) mistakes.push({ path, message: `${twice.name} is taken already by strip ${taken.get(twice.key)}` });
    for (const { key } of places) if (!taken.has(key)) taken.set(key, id);
  }
  return mistakes;
}

/** The pins that an output surely needs. */
export function pinsOf(output: OutputConfig): readonly number[] {
  if (output.driver === 'spi') return spiPins[busOf(output.device)] ?? [];
  if (output.driver !== 'ws281x' && output.driver !== 'auto') return [];
  return output.gpio === undefined ? [] : [output.gpio];
}

function channelOf(gpio: number): string | null {
  return Object.entries(hardwareChannels).find(([, pins]) => pins.includes(gpio))?.[0] ?? null;
}

function busOf(device: string): string {
  return /^\/dev\/spidev(\d+)\./.exec(device)?.[1] ?? '';
}

function placesOf(strip: StripConfig): Place[] {
  const { output } = strip;
  switch (output.driver) {
    case 'simulated':
      return [];
    case 'auto':
      return [...(output.gpio === undefined ? [] : pinPlaces(output.gpio)), busPlace(output.device)];
    case 'ws281x':
      return pinPlaces(output.gpio);
    case 'spi':
      return [busPlace(output.device)];
    case 'ddp': {
      const name = `${output.host}:${output.port}`;
      return [{ key: `ddp ${name.toLowerCase()}`, name }];
    }
    case 'e131': {
      const where = output.host === undefined ? `by multicast to port ${output.port}` : `at ${output.host}:${output.port}`;
      return Array.from({ length: universesOf(strip.length, componentsOf(strip)) }, (_, index) => {
        const name = `universe ${output.universe + index} ${where}`;
        return { key: `e131 ${name.toLowerCase()}`, name };
      });
    }
    default:
      return assertNever(output);
  }
}

function pinPlaces(gpio: number): Place[] {
  const channel = channelOf(gpio);
  if (channel === null) return [];
  const own = { key: channel, name: `the hardware channel ${channel} (GPIO ${gpio})` };
  return channel === 'SPI' ? [own, { key: 'spi bus 0', name: `the SPI bus at GPIO ${gpio}` }] : [own];
}

/** LEDs do not look at the line that selects a device: all devices of a bus are one wire to them. */
function busPlace(device: string): Place {
  return { key: `spi bus ${busOf(device)}`, name: `the SPI bus of ${device}` };
}

function componentsOf(strip: StripConfig): 3 | 4 {
  return orderOf(strip).length === 4 ? 4 : 3;
}

/** LEDs with a clock line need an output that has one, and have no white. */
function checkType(strip: StripConfig, path: readonly string[]): Mistake[] {
  const { type, output } = strip;
  if (type !== 'apa102') return [];
  if (output.driver === 'ws281x') {
    const message = 'must be ws2811, ws2812, ws2815, sk6812 or sk6812w: the driver ws281x has no clock line';
    return [{ path: [...path, 'type'], message, got: type }];
  }
  if ((output.driver !== 'spi' && output.driver !== 'auto') || componentsOf(strip) === 3) return [];
  return [{ path: [...path, 'order'], message: 'must have no W: an apa102 has no white', got: orderOf(strip) }];
}

function checkOutput(strip: StripConfig, path: readonly string[]): Mistake[] {
  const { output } = strip;
  switch (output.driver) {
    case 'simulated':
      return [];
    case 'ddp':
      return checkHost(output.host, path);
    case 'ws281x':
      return [...checkPin(output.gpio, path), ...checkDma(output.dma, path)];
    case 'auto':
      return output.gpio === undefined ? [] : checkPin(output.gpio, path);
    case 'spi':
      if (strip.type === 'apa102' && output.bits !== undefined) return [{ path: [...path, 'bits'], message: 'is for WS281x LEDs only' }];
      if (strip.type === 'apa102' || output.speed === undefined) return [];
      return [{ path: [...path, 'speed'], message: 'is for apa102 only: the speed of WS281x LEDs is fixed' }];
    case 'e131': {
      const last = output.universe + universesOf(strip.length, componentsOf(strip)) - 1;
      const message = `must leave room for all universes of the strip: the last would be ${last}, beyond ${LAST_UNIVERSE}`;
      const beyond = last > LAST_UNIVERSE ? [{ path: [...path, 'universe'], message }] : [];
      if (output.host === undefined) return [...beyond, ...checkInterface(output.interface, path)];
      const pointless = { path: [...path, 'interface'], message: 'is for multicast: it has no effect beside host' };
      return [...beyond, ...checkHost(output.host, path), ...(output.interface === undefined ? [] : [pointless])];
    }
    default:
      return assertNever(output);
  }
}

/** Of a name nothing is sent: the system takes an address of this machine alone. */
function checkInterface(address: string | undefined, path: readonly string[]): Mistake[] {
  if (address === undefined || z.ipv4().safeParse(address).success) return [];
  const message = 'must be an IPv4 address of this machine, as "ip -4 address" shows it';
  return [{ path: [...path, 'interface'], message, got: address }];
}

function checkHost(host: string, path: readonly string[]): Mistake[] {
  if (/^[A-Za-z0-9._-]+$|^[0-9A-Fa-f:]+(%\w+)?$/.test(host)) return [];
  return [{ path: [...path, 'host'], message: 'must be a host name or address alone; the port has a key of its own', got: host }];
}

function checkPin(gpio: number, path: readonly string[]): Mistake[] {
  if (channelOf(gpio) !== null) return [];
  const pins = Object.entries(hardwareChannels).map(([name, numbers]) => `${numbers.join(', ')} (${name})`);
  return [{ path: [...path, 'gpio'], message: `must be a pin that can drive LEDs: ${pins.join('; ')}`, got: String(gpio) }];
}

function checkDma(dma: number, path: readonly string[]): Mistake[] {
  if (dma !== 5) return [];
  return [{ path: [...path, 'dma'], message: 'must not be 5: that channel serves the SD card, which it would damage; use 10', got: '5' }];
}
