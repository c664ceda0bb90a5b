import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputLayout } from '../../../src/core/output-layout.ts';
import type { StripFrame } from '../../../src/light/stage.ts';
import type { SpiEncoding } from '../../../src/model/config-outputs.ts';
import { readFacts } from '../../../src/renderer/outputs/auto-facts.ts';
import type { Machine } from '../../../src/renderer/outputs/machine.ts';
import type { OutputError } from '../../../src/renderer/outputs/output-error.ts';
import { type SpiOptions, SpiOutput } from '../../../src/renderer/outputs/spi.ts';
import { FakeLoopClock } from '../support/fake-clock.ts';
import { FakeSpi } from '../support/fake-spi.ts';
import { apa102Shows, levels, ws281xShows } from '../support/led-chains.ts';
import { machine, pi } from '../support/machines.ts';
import { settle } from '../support/until.ts';

const DEVICE = '/dev/spidev0.0';
const speeds: Readonly<Record<SpiEncoding, number>> = { ws281x_3: 2_400_000, ws281x_4: 3_200_000, apa102: 4_000_000 };

function spiPi(bufsiz = 1 << 20): Machine {
  return pi({ model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 0xc04170, uid: 1000, spi: ['dev/spidev0.0'], bufsiz });
}

function outputOf(leds: number, more: Partial<SpiOptions> = {}, on = spiPi()) {
  const spi = new FakeSpi();
  const clock = new FakeLoopClock();
  const encoding = more.encoding ?? 'ws281x_3';
  const options = { strip: 'main', leds, componentsPerLed: 3 as const, device: DEVICE, encoding, speedHz: speeds[encoding], ...more };
  return { spi, clock, output: new SpiOutput(options, clock, on, () => spi) };
}

function frameOf(bytes: Uint8Array, componentsPerLed: 3 | 4 = 3): StripFrame {
  return { id: 'main', bytes, preview: () => new Uint8Array(0), componentsPerLed };
}

function send(output: SpiOutput, bytes: Uint8Array): Promise<OutputError | null> {
  return new Promise((resolve) => output.send([frameOf(bytes)], resolve));
}

const open = (output: SpiOutput) => output.open(new AbortController().signal);

/** An open output: the whole wire of each frame that it is given. */
async function wiring(leds: number, more: Partial<SpiOptions>): Promise<(bytes: Uint8Array) => Promise<number[]>> {
  const { spi, output } = outputOf(leds, more);
  await open(output);
  return async (bytes) => {
    spi.sent.length = 0;
    expect(await send(output, bytes)).toBeNull();
    return spi.sent.flatMap((part) => levels(part));
  };
}

async function wireOf(bytes: Uint8Array, more: Partial<SpiOptions>): Promise<number[]> {
  return (await wiring(bytes.length / 3, more))(bytes);
}

const chains = [1, 2, 300].flatMap((leds) => [3 as const, 4 as const].map((componentsPerLed) => ({ leds, componentsPerLed })));
const bytesOf = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });

describe.each(['ws281x_3', 'ws281x_4'] as const)('WS281x LEDs at SPI, %s', (encoding) => {
  const bitNs = 1e9 / speeds[encoding];

  it.each(chains)('show every frame as it is: $leds LEDs of $componentsPerLed components', async ({ leds, componentsPerLed }) => {
    const wire = await wiring(leds, { encoding, componentsPerLed });
    const show = async (bytes: Uint8Array) => {
      expect(ws281xShows(await wire(bytes), bitNs)).toEqual(bytes);
    };
    await fc.assert(fc.asyncProperty(bytesOf(leds * componentsPerLed), show), { numRuns: leds > 2 ? 10 : 50 });
  });

  it('understand each of the 256 values, also at the clocks that come out of a Pi’s dividers', async () => {
    const all = Uint8Array.from({ length: 258 }, (_, index) => index & 255);
    for (const slower of [1, 250 / 106 / 2.4, 200 / 64 / 3.2]) {
      expect(ws281xShows(await wireOf(all, { encoding }), bitNs / slower)).toEqual(all);
    }
  });

  it('are not deceived where the line is up between frames', async () => {
    const wire = await wireOf(Uint8Array.of(0x80, 0x55, 0xff), { encoding });
    const up = (us: number) => Array.from({ length: Math.ceil((us * 1000) / bitNs) }, () => 1);
    expect(ws281xShows([...up(50), ...wire, ...up(50), ...wire], bitNs)).toEqual(Uint8Array.of(0x80, 0x55, 0xff));
  });

  it('have the line low for 300 µs before the first bit and after the last', async () => {
    const wire = await wireOf(Uint8Array.of(255, 255, 255), { encoding });
    expect(wire.indexOf(1) * bitNs).toBeGreaterThanOrEqual(300_000);
    expect((wire.length - 1 - wire.lastIndexOf(1)) * bitNs).toBeGreaterThanOrEqual(300_000);
  });
});

describe('APA102 LEDs at SPI', () => {
  const shownOf = (bytes: Uint8Array) =>
    Array.from({ length: bytes.length / 3 }, (_, led) => ({ brightness: 31, bytes: [...bytes.subarray(led * 3, led * 3 + 3)] }));

  it.each([1, 2, 300])('show every frame as it is, and those beyond nothing: %i LEDs', async (leds) => {
    const wire = await wiring(leds, { encoding: 'apa102' });
    const show = async (bytes: Uint8Array) => {
      expect(apa102Shows(await wire(bytes), leds + 3)).toEqual([...shownOf(bytes), null, null, null]);
    };
    await fc.assert(fc.asyncProperty(bytesOf(leds * 3), show), { numRuns: 20 });
  });

  it('get a bit for every two LEDs after 32 zeros, so that clones show the frame, too', async () => {
    for (const leds of [1, 31, 32, 33, 1000]) {
      const wire = await wireOf(new Uint8Array(leds * 3).fill(255), { encoding: 'apa102' });
      const after = wire.slice(32 + leds * 32);
      expect(after.length).toBeGreaterThanOrEqual(32 + leds / 2);
      expect(after.includes(1)).toBe(false);
    }
  });

  it('bear a frame in several transfers, of which none is longer than the kernel takes', async () => {
    const bytes = Uint8Array.from({ length: 900 }, (_, index) => index % 251);
    const { spi, output } = outputOf(300, { encoding: 'apa102' }, spiPi(512));
    await open(output);
    expect(await send(output, bytes)).toBeNull();
    expect(spi.sent.map(({ length }) => length)).toEqual([512, 512, 203]);
    expect(
      apa102Shows(
        spi.sent.flatMap((part) => levels(part)),
        300,
      ),
    ).toEqual(shownOf(bytes));
  });
});

describe('an SPI output', () => {
  it('opens its device at its speed, and closes it', async () => {
    const { spi, output } = outputOf(1, { device: '/dev/spidev10.1' }, pi({ spi: ['dev/spidev10.1'] }));
    await open(output);
    expect(spi.opened).toEqual([{ bus: 10, chip: 1, maxSpeedHz: 2_400_000 }]);
    await output.close({ off: false });
    await output.close({ off: true });
    expect([spi.closes, spi.sent.length]).toEqual([1, 0]);
  });

  it('returns at once, and a frame is taken when its last byte has left', async () => {
    const { spi, output } = outputOf(1);
    await open(output);
    spi.holds = true;
    const taken: (OutputError | null)[] = [];
    output.send([frameOf(Uint8Array.of(1, 2, 3))], (fault) => taken.push(fault));
    await settle();
    expect([spi.underWay, taken]).toEqual([1, []]);
    spi.release();
    expect(taken).toEqual([null]);
  });

  it('uses one buffer for all frames', async () => {
    const { spi, output } = outputOf(2);
    await open(output);
    for (const value of [7, 9]) await send(output, new Uint8Array(6).fill(value));
    const shown = spi.sent.map((sent) => ws281xShows(levels(sent), 1e9 / 2.4e6)?.[0]);
    expect(shown).toEqual([7, 9]);
  });

  it('waits for the frame under way before it closes, and darkens after it where it shall', async () => {
    const { spi, output } = outputOf(1);
    await open(output);
    spi.holds = true;
    output.send([frameOf(Uint8Array.of(1, 2, 3))], () => undefined);
    const closing = output.close({ off: true });
    await settle();
    expect(spi.closes).toBe(0);
    spi.holds = false;
    spi.release();
    await closing;
    expect(spi.closes).toBe(1);
    expect(spi.sent.map((sent) => [...(ws281xShows(levels(sent), 1e9 / 2.4e6) ?? [])])).toEqual([
      [1, 2, 3],
      [0, 0, 0],
    ]);
  });

  it('closes all the same where a transfer never ends, and is not confused by its end', async () => {
    const { spi, clock, output } = outputOf(1);
    await open(output);
    spi.holds = true;
    const taken: (OutputError | null)[] = [];
    output.send([frameOf(Uint8Array.of(1, 2, 3))], (fault) => taken.push(fault));
    const closing = output.close({ off: true });
    clock.advance(2000);
    await closing;
    await open(output);
    output.send([frameOf(Uint8Array.of(4, 5, 6))], (fault) => taken.push(fault));
    spi.release();
    expect(taken).toEqual([null]);
  });

  it('knows its time on the wire at the clock that comes out', () => {
    const wireMs = (leds: number, more: Partial<SpiOptions> = {}) => outputOf(leds, more).output.wireMs;
    expect(wireMs(300)).toBeCloseTo(((300 * 9 + 180) * 8) / (250_000 / 106), 9);
    expect(wireMs(300, { componentsPerLed: 4 })).toBeGreaterThan(12.6);
    expect(wireMs(300, { encoding: 'ws281x_4' })).toBeCloseTo(((300 * 12 + 240) * 8) / 3125, 9);
    expect(wireMs(300, { encoding: 'apa102', speedHz: 8_000_000 })).toBeLessThan(1.3);
  });

  it('is told what its configuration leaves out', () => {
    const spi = { driver: 'spi' as const, device: DEVICE };
    expect(outputLayout('main', { type: 'ws2812', output: spi })).toEqual({ ...spi, encoding: 'ws281x_3', speedHz: 2_400_000 });
    expect(outputLayout('main', { type: 'sk6812w', output: { ...spi, bits: 4 } })).toMatchObject({
      encoding: 'ws281x_4',
      speedHz: 3_200_000,
    });
    expect(outputLayout('main', { type: 'apa102', output: spi })).toMatchObject({ encoding: 'apa102', speedHz: 4_000_000 });
    expect(outputLayout('main', { type: 'apa102', output: { ...spi, speed: 7.8 } })).toMatchObject({ speedHz: 7_800_000 });
  });
});

describe('an SPI output tells what is wrong, and what helps', () => {
  const refused = (leds: number, more: Partial<SpiOptions>, on: Machine, prepare: (spi: FakeSpi) => void = () => undefined) => {
    const { spi, output } = outputOf(leds, more, on);
    prepare(spi);
    return open(output).then(
      () => null,
      (error: OutputError) => error,
    );
  };

  it.each([
    ['SPI that is off', () => machine({ 'dev/null': '' }), {}, 'spi_off', 'dtparam=spi=on', 'SPI is off'],
    ['a bus that is off', spiPi, { device: '/dev/spidev1.0' }, 'spi_off', 'dtoverlay=spi1-1cs', 'there is /dev/spidev0.0'],
  ])('%s', async (_, on, more, code, cure, message) => {
    const fault = await refused(1, more, on());
    expect(fault).toMatchObject({ code, lasting: false, cure: expect.stringContaining(cure), message: expect.stringContaining(message) });
  });

  it.each([
    ['EACCES', 'spi_no_permission', 'group spi'],
    ['EPERM', 'spi_kept', 'DeviceAllow'],
    ['EBUSY', 'spi_busy', 'fuser'],
    ['ENOENT', 'spi_off', 'dtparam=spi=on'],
    ['EIO', 'spi_open', 'core_freq'],
  ])('a device that answers %s', async (answer, code, cure) => {
    const fault = await refused(1, {}, spiPi(), (spi) => {
      spi.openCode = answer;
    });
    expect(fault).toMatchObject({ code, cure: expect.stringContaining(cure) });
  });

  it.each([
    [435, 4096, null],
    [436, 4096, 'spidev.bufsiz=8192'],
    [1000, 4096, 'spidev.bufsiz=16384'],
    [7261, 1 << 20, null],
    [7262, 1 << 20, 'Make the strip shorter'],
  ])('%i LEDs where spidev takes %i bytes', async (leds, bufsiz, cure) => {
    const fault = await refused(leds, {}, spiPi(bufsiz));
    if (cure === null) expect(fault).toBeNull();
    else expect(fault).toMatchObject({ code: 'spi_too_long', lasting: true, cure: expect.stringContaining(cure) });
  });

  it('a transfer that fails, which the next open mends', async () => {
    const { spi, output } = outputOf(1);
    await open(output);
    spi.transferCode = 'EIO';
    expect(await send(output, Uint8Array.of(1, 2, 3))).toMatchObject({ code: 'spi_transfer' });
    await output.close({ off: false });
    spi.transferCode = null;
    await open(output);
    expect(await send(output, Uint8Array.of(1, 2, 3))).toBeNull();
  });

  it('a frame while it is closed', async () => {
    expect(await send(outputOf(1).output, Uint8Array.of(1, 2, 3))).toMatchObject({ code: 'spi_closed' });
  });

  it('asks the package that is installed, which finds no such device; or says that it is missing', async () => {
    const device = '/dev/spidev250.9';
    const on = pi({ spi: ['dev/spidev250.9'] });
    const options = { strip: 'main', leds: 1, componentsPerLed: 3 as const, device, encoding: 'ws281x_3' as const, speedHz: 2_400_000 };
    const { spiAddon } = readFacts(on, { devices: [device], served: false });
    const output = new SpiOutput(options, new FakeLoopClock(), on);
    await expect(open(output)).rejects.toMatchObject({ code: spiAddon ? 'spi_off' : 'spi_addon_missing' });
    await output.close({ off: true });
  });
});
