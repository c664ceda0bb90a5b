import { describe, expect, it } from 'vitest';
import { renderLayout } from '../../../src/core/layout.ts';
import { configSchema } from '../../../src/model/config.ts';
import type { OutputLayout } from '../../../src/model/config-outputs.ts';
import { layoutSchema } from '../../../src/renderer/layout-schema.ts';
import { makeOutputs } from '../../../src/renderer/outputs/make-outputs.ts';
import { pinsOf } from '../../../src/renderer/role.ts';
import { FakeLoopClock } from '../support/fake-clock.ts';
import { layoutOf } from '../support/scenes.ts';

const spi: OutputLayout = { driver: 'spi', device: '/dev/spidev250.9', encoding: 'ws281x_3', speedHz: 2_400_000 };

async function codesOf(outputs: readonly OutputLayout[], held: readonly OutputLayout[]): Promise<string[]> {
  const plans = makeOutputs(layoutOf(outputs), new FakeLoopClock(), pinsOf(layoutOf(held)));
  const opened = plans.map(async ({ make }) => {
    const output = make();
    const code = await output
      .open(new AbortController().signal, () => undefined)
      .then(
        () => 'open',
        (error: { code: string }) => error.code,
      );
    await output.close({ off: false });
    return code;
  });
  return Promise.all(opened);
}

describe('a renderer that kept root for a daemon', () => {
  it('drives no SPI device that was not there at the start', async () => {
    expect(await codesOf([spi], [])).toEqual(['spi_needs_restart']);
    expect(await codesOf([spi], [{ ...spi, device: '/dev/spidev250.8' }])).toEqual(['spi_needs_restart']);
    expect(await codesOf([spi], [spi])).toEqual(['spi_off']);
  });

  it('drives everything else that needs no right', async () => {
    expect(await codesOf([{ driver: 'simulated' }, { driver: 'ddp', host: '127.0.0.1', port: 4048 }], [spi])).toEqual(['open', 'open']);
  });
});

describe('what the renderer is told of outputs', () => {
  it('is what it takes, for each driver', () => {
    const drivers = [
      { driver: 'simulated' },
      { driver: 'auto', gpio: 18 },
      { driver: 'ws281x' },
      { driver: 'spi' },
      { driver: 'spi', bits: 4 },
    ];
    const outputs = [
      ...drivers,
      { driver: 'ddp', host: 'wled.local' },
      { driver: 'e131' },
      { driver: 'e131', host: '10.0.0.7', source: 'Tür' },
    ];
    for (const output of outputs) {
      const config = configSchema.parse({ strips: { main: { length: 5, output } }, zones: { floor: { strip: 'main', range: [0, 4] } } });
      const layout = renderLayout(config);
      expect(layoutSchema.parse(layout)).toEqual(layout);
    }
  });

  it('names no other file and no choice that is still open', () => {
    const takes = (output: object) => {
      const layout = layoutOf([spi]);
      return layoutSchema.safeParse({ ...layout, strips: layout.strips.map((strip) => ({ ...strip, output })) }).success;
    };
    expect(takes(spi)).toBe(true);
    for (const device of ['/dev/mem', '/dev/spidev0.0/../mem', 'spidev0.0']) expect(takes({ ...spi, device })).toBe(false);
    expect(takes({ driver: 'auto', device: '/dev/spidev0.0' })).toBe(false);
  });
});
