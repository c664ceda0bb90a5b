import { describe, expect, it } from 'vitest';
import { chooseOutput, type MachineFacts } from '../../../src/renderer/outputs/auto.ts';
import { readFacts } from '../../../src/renderer/outputs/auto-facts.ts';
import type { SpiState } from '../../../src/renderer/outputs/spi-checks.ts';
import { machine, pi } from '../support/machines.ts';

const DEVICE = '/dev/spidev0.0';
const auto = { driver: 'auto' as const, gpio: 18, device: DEVICE };
const pins = { pins: [18, 12, 21, 10, 13, 19] };

function facts(more: Partial<MachineFacts> = {}, spi: SpiState = 'missing'): MachineFacts {
  return { pi: 'Raspberry Pi 4 Model B Rev 1.4', ws281x: pins, spiAddon: true, spi: new Map([[DEVICE, spi]]), ...more };
}

describe('auto', () => {
  it.each<[string, MachineFacts, Parameters<typeof chooseOutput>[1], object, string, string]>([
    ['the pin where it can be driven', facts({}, 'ready'), 'ws2812', auto, 'ws281x', 'GPIO 18 of this Raspberry Pi 4 Model B Rev 1.4'],
    ['SPI on a board without the pins', facts({ ws281x: { why: 'a Pi 5' } }, 'ready'), 'ws2812', auto, 'spi', 'not ws281x: a Pi 5'],
    ['SPI for a clock line', facts({}, 'ready'), 'apa102', auto, 'spi', 'it has no clock line'],
    ['SPI where no pin is given', facts({}, 'ready'), 'ws2812', { driver: 'auto', device: DEVICE }, 'spi', 'no gpio is given'],
    ['SPI where the board has no such pin', facts({ ws281x: { pins: [18] } }, 'ready'), 'ws2812', { ...auto, gpio: 13 }, 'spi', 'GPIO 13'],
    ['SPI at its own pin', facts({}, 'ready'), 'ws2812', { ...auto, gpio: 10 }, 'spi', 'GPIO 10 is MOSI'],
    ['SPI of another machine', facts({ pi: null, ws281x: { why: 'no Pi' } }, 'ready'), 'ws2812', auto, 'spi', 'no Pi'],
    ['nothing lit off a Pi', facts({ pi: null, ws281x: { why: 'no Pi' } }), 'ws2812', auto, 'simulated', 'this is no Raspberry Pi'],
  ])('takes %s', (_, known, type, output, driver, why) => {
    const choice = chooseOutput(known, type, { ...auto, ...output, ...('gpio' in output ? {} : { gpio: undefined }) } as typeof auto);
    expect(choice).toMatchObject({ output: { driver }, fails: false, why: expect.stringContaining(why) });
  });

  it('keeps the pin and the device that are given', () => {
    expect(chooseOutput(facts(), 'ws2812', { ...auto, gpio: 12 }).output).toEqual({ driver: 'ws281x', gpio: 12, dma: 10 });
    const device = '/dev/spidev1.2';
    expect(chooseOutput(facts({ spi: new Map([[device, 'ready']]) }), 'apa102', { ...auto, device }).output).toEqual({
      driver: 'spi',
      device,
    });
  });

  it.each<[SpiState, boolean, string]>([
    ['missing', true, 'there is no /dev/spidev0.0'],
    ['denied', true, '/dev/spidev0.0 may not be used by this user'],
    ['ready', false, 'the package spi-device is not installed'],
  ])('on a Pi where nothing works takes SPI, which tells what helps: %s', (state, spiAddon, why) => {
    const choice = chooseOutput(facts({ ws281x: { why: 'it needs root' }, spiAddon }, state), 'ws2812', auto);
    expect(choice).toMatchObject({ output: { driver: 'spi', device: DEVICE }, fails: true });
    expect(choice.why).toBe(`nothing works yet; ws281x: it needs root; spi: ${why}`);
  });
});

describe('what auto decides by', () => {
  const asked = { devices: [DEVICE], served: false, installed: () => true };

  it('is read from the machine', () => {
    const four = pi({ model: 'Raspberry Pi 4 Model B Rev 1.4', revision: 0xc03114, spi: ['dev/spidev0.0'] });
    expect(readFacts(four, { ...asked, devices: [DEVICE, '/dev/spidev1.0'] })).toEqual({
      pi: 'Raspberry Pi 4 Model B Rev 1.4',
      ws281x: { pins: [18, 12, 21, 10, 13, 19] },
      spiAddon: true,
      spi: new Map([
        [DEVICE, 'ready'],
        ['/dev/spidev1.0', 'missing'],
      ]),
    });
  });

  it.each([
    ['a Pi 5', () => pi({ model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 0xc04170 }), {}, 'cannot reach the pins'],
    ['a Pi Zero 2 W', () => pi({ model: 'Raspberry Pi Zero 2 W Rev 1.0', revision: 0x902120 }), {}, 'does not know'],
    ['another user', () => pi({ uid: 1000 }), {}, 'it needs root'],
    ['a kernel without /dev/mem', () => pi({ mem: false }), {}, '/dev/mem is missing'],
    ['a missing package', () => pi(), { installed: (name: string) => name !== 'rpi-ws281x-native' }, 'rpi-ws281x-native is not installed'],
    ['another machine', () => machine({}), { served: true }, 'this is no Raspberry Pi'],
  ])('says why pins cannot be used: %s', (_, on, more, why) => {
    expect(readFacts(on(), { ...asked, ...more }).ws281x).toEqual({ why: expect.stringContaining(why) });
  });

  it('counts on the root of the renderer’s service where there is one', () => {
    expect(readFacts(pi({ uid: 1000, mem: false }), { ...asked, served: true }).ws281x).toMatchObject({ pins: [18, 12, 21, 10, 13, 19] });
  });
});
