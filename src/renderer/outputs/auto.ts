/** What `auto` stands for: the first driver that works on this machine, and why it is that one. Pure. */
import type { DecidedOutput, OutputConfig } from '../../model/config-outputs.ts';
import type { LedType } from '../../model/config-strip.ts';
import type { SpiState } from './spi-checks.ts';

/** What is known of the machine. */
export interface MachineFacts {
  /** As people are told: `Raspberry Pi 4 Model B Rev 1.4`; null off a Pi. */
  readonly pi: string | null;
  /** The pins that the driver ws281x can use, or why it cannot be used. */
  readonly ws281x: { readonly pins: readonly number[] } | { readonly why: string };
  /** Whether there is spi-device. */
  readonly spiAddon: boolean;
  /** By device. */
  readonly spi: ReadonlyMap<string, SpiState>;
}

export interface Choice {
  readonly output: DecidedOutput;
  /** Of a sentence: `because …`. */
  readonly why: string;
  /** Nothing works as it stands: the output will fail, and tell what helps. */
  readonly fails: boolean;
}

type Auto = Extract<OutputConfig, { driver: 'auto' }>;

const DMA = 10;
/** SPI's own: there ws281x goes by it, too. */
const MOSI = 10;

export function chooseOutput(facts: MachineFacts, type: LedType, auto: Auto): Choice {
  const noPins = againstPins(facts, type, auto);
  if (noPins === null && auto.gpio !== undefined) {
    const why = `GPIO ${auto.gpio} of this ${facts.pi ?? 'machine'} can be driven`;
    return { output: { driver: 'ws281x', gpio: auto.gpio, dma: DMA }, why, fails: false };
  }
  const spi: DecidedOutput = { driver: 'spi', device: auto.device };
  const noSpi = againstSpi(facts, auto.device);
  if (noSpi === null) return { output: spi, why: `${auto.device} may be used, data at MOSI; not ws281x: ${noPins}`, fails: false };
  if (facts.pi !== null) return { output: spi, why: `nothing works yet; ws281x: ${noPins}; spi: ${noSpi}`, fails: true };
  return { output: { driver: 'simulated' }, why: `this is no Raspberry Pi; spi: ${noSpi}`, fails: false };
}

function againstPins({ ws281x }: MachineFacts, type: LedType, { gpio }: Auto): string | null {
  if (type === 'apa102') return 'it has no clock line';
  if (gpio === undefined) return 'no gpio is given';
  if (gpio === MOSI) return `GPIO ${MOSI} is MOSI`;
  if ('why' in ws281x) return ws281x.why;
  return ws281x.pins.includes(gpio) ? null : `GPIO ${gpio} cannot drive LEDs on this board`;
}

function againstSpi({ spi, spiAddon }: MachineFacts, device: string): string | null {
  const state = spi.get(device) ?? 'missing';
  if (state === 'missing') return `there is no ${device}`;
  if (state === 'denied') return `${device} may not be used by this user`;
  return spiAddon ? null : 'the package spi-device is not installed';
}
