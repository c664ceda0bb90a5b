import { describe, expect, it } from 'vitest';
import type { StripFrame } from '../../../src/light/stage.ts';
import type { Machine } from '../../../src/renderer/outputs/machine.ts';
import { OutputError } from '../../../src/renderer/outputs/output-error.ts';
import { packPixels, Ws281xOutput } from '../../../src/renderer/outputs/ws281x.ts';
import type { Ws281xAddon, Ws281xChannelOptions } from '../../../src/renderer/outputs/ws281x-addon.ts';
import { checkWs281x, type Ws281xStrip } from '../../../src/renderer/outputs/ws281x-checks.ts';
import { pi } from '../support/machines.ts';

function strip(gpio: number, more: Partial<Ws281xStrip> = {}): Ws281xStrip {
  return { id: `gpio${gpio}`, leds: 2, componentsPerLed: 3, gpio, dma: 10, ...more };
}

function refusal(strips: readonly Ws281xStrip[], machine: Machine): OutputError {
  try {
    checkWs281x(strips, machine);
  } catch (error) {
    if (error instanceof OutputError) return error;
  }
  throw new Error('nothing was refused');
}

class FakeAddon implements Ws281xAddon {
  options: readonly Ws281xChannelOptions[] = [];
  readonly arrays: (Uint32Array | null)[] = [];
  readonly calls: string[] = [];
  failInit = false;
  failRender = false;

  init({ channels }: Parameters<Ws281xAddon['init']>[0]) {
    this.calls.push('init');
    if (this.failInit) throw new Error('Unable to map registers into userspace');
    this.options = channels;
    this.arrays.splice(0, 2, ...channels.map(({ count }) => (count > 0 ? new Uint32Array(count) : null)));
    return this.arrays.map((array) => ({ array }));
  }

  render(): void {
    this.calls.push('render');
    if (this.failRender) throw new Error('DMA error');
  }

  finalize(): void {
    this.calls.push('finalize');
  }
}

function frame(bytes: number[], componentsPerLed: 3 | 4 = 3): StripFrame {
  return { id: 'x', bytes: Uint8Array.from(bytes), preview: () => new Uint8Array(0), componentsPerLed };
}

describe('before the ws281x driver is touched', () => {
  it.each([
    ['another system', { platform: 'darwin' }, 'ws281x_not_a_pi'],
    ['another board', { model: 'Radxa ROCK 5B' }, 'ws281x_not_a_pi'],
    ['a Pi 5', { model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 0xc04170 }, 'ws281x_board_unsupported'],
    ['a Pi 500', { model: 'Raspberry Pi 500 Rev 1.0', revision: 0xd04190 }, 'ws281x_board_unsupported'],
    [
      'a Pi Zero 2 W, which the driver does not know',
      { model: 'Raspberry Pi Zero 2 W Rev 1.0', revision: 0x902120 },
      'ws281x_board_unknown',
    ],
    ['a warranty bit, which the driver does not bear on 64 bits', { revision: 0x2a020d3 }, 'ws281x_board_unknown'],
    ['another user', { uid: 1000 }, 'ws281x_not_root'],
    ['a kernel without /dev/mem', { mem: false }, 'ws281x_no_memory_device'],
  ])('%s is refused with a code and a cure', (_, options, code) => {
    const error = refusal([strip(18)], pi(options));
    expect(error.code).toBe(code);
    expect(error.cure).not.toBe('');
  });

  it('a machine without a device tree is refused', () => {
    expect(refusal([strip(18)], { ...pi(), root: '/nonexistent' }).code).toBe('ws281x_not_a_pi');
  });

  it('a Pi 1 to 4 is taken, on 32 bits with manufacturer and warranty left out', () => {
    expect(checkWs281x([strip(18)], pi())[0]?.gpio).toBe(18);
    expect(checkWs281x([strip(18)], pi({ arch: 'arm', revision: 0x2a020d3 }))[0]?.gpio).toBe(18);
    expect(checkWs281x([strip(12)], pi({ model: 'Raspberry Pi 4 Model B Rev 1.4', revision: 0xc03114 }))[0]?.gpio).toBe(12);
  });

  it('pins go to their channels, alone or two together', () => {
    expect(checkWs281x([strip(13), strip(18)], pi()).map((one) => one?.gpio)).toEqual([18, 13]);
    expect(checkWs281x([strip(19)], pi()).map((one) => one?.gpio)).toEqual([undefined, 19]);
    expect(checkWs281x([strip(21)], pi()).map((one) => one?.gpio)).toEqual([21, undefined]);
  });

  it.each([
    ['a pin without the hardware', [strip(17)]],
    ['two pins of one channel', [strip(12), strip(18)]],
    ['a second strip beside PCM or SPI', [strip(21), strip(13)]],
    ['two DMA channels', [strip(18), strip(13, { dma: 9 })]],
  ])('%s is refused', (_, strips) => {
    expect(refusal(strips, pi()).code).toBe('ws281x_pins');
  });

  it('another user is not tried again: nobody becomes root, but a restarted service is', () => {
    expect(refusal([strip(18)], pi({ uid: 1000 }))).toMatchObject({ lasting: true, cure: expect.stringContaining('restart the service') });
  });

  it('the DMA channel of the SD card is refused', () => {
    expect(refusal([strip(18, { dma: 5 })], pi())).toMatchObject({ code: 'ws281x_unsafe_dma', lasting: true });
  });

  it('a second channel on a board of 26 pins is refused', () => {
    expect(refusal([strip(13)], pi({ arch: 'arm', model: 'Raspberry Pi Model B Rev 2', revision: 0x0e })).code).toBe('ws281x_pins');
  });
});

describe('the ws281x output', () => {
  it('gives bytes in the order of the wire to the bits that the driver sends in that order', () => {
    const rgb = new Uint32Array(2);
    packPixels(Uint8Array.of(0x12, 0x34, 0x56, 0xff, 0, 1), 3, rgb);
    expect([...rgb]).toEqual([0x123456, 0xff0001]);
    const rgbw = new Uint32Array(1);
    packPixels(Uint8Array.of(0x12, 0x34, 0x56, 0x9a), 4, rgbw);
    expect([...rgbw]).toEqual([0x9a123456]);
  });

  it('sends both strips with one render, each on its channel', async () => {
    const addon = new FakeAddon();
    const output = new Ws281xOutput([strip(13), strip(18, { componentsPerLed: 4 })], pi(), () => addon);
    await output.open();
    const taken: (OutputError | null)[] = [];
    output.send([frame([1, 2, 3, 4, 5, 6]), frame([7, 8, 9, 10, 0, 0, 0, 0], 4)], (fault) => taken.push(fault));
    expect(taken).toEqual([null]);
    expect(addon.calls).toEqual(['init', 'render']);
    expect(addon.options.map(({ gpio, count, stripType }) => [gpio, count, stripType])).toEqual([
      [18, 2, 0x18100800],
      [13, 2, 0x00100800],
    ]);
    expect(addon.arrays.map((array) => array?.[0])).toEqual([0x0a070809, 0x010203]);
  });

  it('leaves the pin of an unused channel alone', async () => {
    const addon = new FakeAddon();
    await new Ws281xOutput([strip(18)], pi(), () => addon).open();
    expect(addon.options[1]).toMatchObject({ count: 0, gpio: 0 });
  });

  it('knows the time on the wire: the longer of its strips and the latch', () => {
    expect(new Ws281xOutput([strip(18, { leds: 300 }), strip(13)], pi()).wireMs).toBeCloseTo(9.3, 9);
    expect(new Ws281xOutput([strip(18, { leds: 300, componentsPerLed: 4 })], pi()).wireMs).toBeCloseTo(12.3, 9);
  });

  it('never finalizes what did not start, as that ends the process', async () => {
    const addon = new FakeAddon();
    addon.failInit = true;
    const output = new Ws281xOutput([strip(18)], pi(), () => addon);
    await expect(output.open()).rejects.toMatchObject({ code: 'ws281x_init' });
    await output.close({ off: true });
    expect(addon.calls).toEqual(['init']);
  });

  it('darkens, then gives the hardware back, once', async () => {
    const addon = new FakeAddon();
    const output = new Ws281xOutput([strip(18)], pi(), () => addon);
    await output.open();
    output.send([frame([1, 2, 3, 4, 5, 6])], () => undefined);
    await output.close({ off: true });
    await output.close({ off: true });
    expect(addon.calls).toEqual(['init', 'render', 'render', 'finalize']);
    expect([...(addon.arrays[0] ?? [])]).toEqual([0, 0]);
  });

  it('tells a frame that could not be sent', async () => {
    const addon = new FakeAddon();
    const output = new Ws281xOutput([strip(18)], pi(), () => addon);
    await output.open();
    addon.failRender = true;
    const taken: (OutputError | null)[] = [];
    output.send([frame([1, 2, 3, 4, 5, 6])], (fault) => taken.push(fault));
    expect(taken[0]).toMatchObject({ code: 'ws281x_render' });
  });

  it('does not touch the driver where a check fails', async () => {
    const addon = new FakeAddon();
    const output = new Ws281xOutput([strip(18)], pi({ uid: 1000 }), () => addon);
    await expect(output.open()).rejects.toMatchObject({ code: 'ws281x_not_root' });
    expect(addon.calls).toEqual([]);
  });
});
