/** An installation as large as tests need one. */
import { buildCatalog } from '../../src/core/catalog.ts';
import { type Installation, installationOf, type MachineFacts } from '../../src/homeassistant/installation.ts';
import { configSchema } from '../../src/model/config.ts';
import { Topics } from '../../src/model/topics.ts';

const machine: MachineFacts = { canRestart: true, tellsTemperature: true, countsClients: true };

const effects = ['rainbow', 'chase'].map((id) => ({ id, name: id, aliases: [], parameters: {} }));
const palettes = ['default', 'ocean'].map((id) => ({ id, name: id, colors: [] }));

export const sections = {
  strips: { main: { length: 60 }, white_one: { length: 10, type: 'sk6812w' } },
  zones: {
    floor: { name: 'Floor', strip: 'main', range: [0, 29] },
    shelf: { strip: 'main', range: [30, 59] },
    lamp: { name: 'Reading lamp', strip: 'white_one', range: [0, 9] },
  },
  groups: { seats: { name: 'Seats', zones: ['floor', 'lamp'] }, rgb_only: { zones: ['floor', 'shelf'] } },
  supplies: { psu: { limit: 2000, strips: ['main'] } },
  knobs: { desk: { driver: 'simulated', zone: 'floor' }, window_sill: { driver: 'simulated', zone: 'shelf' } },
};

/** @param changed sections that are to differ. @param facts of the machine, that are to. */
export function installation(changed: Readonly<Record<string, unknown>> = {}, facts: Partial<MachineFacts> = {}): Installation {
  const config = configSchema.parse({ ...sections, ...changed });
  return installationOf(config, buildCatalog(config, effects, palettes), new Topics(config.mqtt.base_topic), '1.2.3', {
    ...machine,
    ...facts,
  });
}
