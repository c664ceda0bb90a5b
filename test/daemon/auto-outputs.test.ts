import { expect, it } from 'vitest';
import { renderLayout } from '../../src/core/layout.ts';
import { AutoOutputs } from '../../src/daemon/auto-outputs.ts';
import { configSchema } from '../../src/model/config.ts';
import { machine, pi } from '../renderer/support/machines.ts';

function setUp(on: ReturnType<typeof pi>) {
  const said: [string, object, string][] = [];
  const say = (level: string) => (facts: object, message: string) => void said.push([level, facts, message]);
  const auto = new AutoOutputs({ debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }, on);
  const outputs = (...given: object[]) => {
    const strips = Object.fromEntries(given.map((output, index) => [`strip${index}`, { length: 5, output }]));
    return renderLayout(
      auto.decide(
        configSchema.parse({
          renderer: { socket: '/nonexistent/renderer/socket' },
          strips,
          zones: { all_of_it: { strip: 'strip0', range: [0, 4] } },
        }),
      ),
    ).strips.map(({ output }) => output);
  };
  return { said, outputs };
}

const spi = { driver: 'spi', device: '/dev/spidev0.0', encoding: 'ws281x_3', speedHz: 2_400_000 };

it('gives the renderer a driver in place of auto, and leaves the others as they are', () => {
  const { said, outputs } = setUp(pi({ uid: 1000, spi: ['dev/spidev0.0'] }));
  const ddp = { driver: 'ddp', host: 'wled.local', port: 4048 };
  expect(outputs({ driver: 'auto', gpio: 18 }, ddp)).toEqual([spi, ddp]);
  expect(said).toEqual([
    ['info', { strip: 'strip0', driver: 'spi', why: expect.stringContaining('it needs root') }, 'auto chose an output'],
  ]);
});

it('says it again only where it has changed', () => {
  const { said, outputs } = setUp(machine({}));
  for (let reload = 0; reload < 3; reload += 1) expect(outputs({ driver: 'auto' })).toEqual([{ driver: 'simulated' }]);
  expect(said).toHaveLength(1);
  outputs({ driver: 'simulated' });
  outputs({ driver: 'auto' });
  expect(said).toHaveLength(2);
});

it('warns where nothing works', () => {
  const { said, outputs } = setUp(pi({ uid: 1000 }));
  expect(outputs({ driver: 'auto', gpio: 18 })).toEqual([spi]);
  expect(said[0]).toMatchObject(['warn', { driver: 'spi' }, 'auto found no output that works']);
});
