/** The folder of a new Home Assistant: what a person has who has just set it up, and a log of all that concerns MQTT. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CONFIGURATION = `
homeassistant:
  name: Home
  time_zone: UTC
  unit_system: metric
  latitude: 52.5
  longitude: 13.4
  elevation: 34
api:
config:
frontend:
automation: !include automations.yaml
logger:
  default: warning
  logs:
    homeassistant.components.mqtt: debug
    homeassistant.core: info
    homeassistant.util.package: info
`;

export async function writeConfiguration(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'configuration.yaml'), CONFIGURATION.trimStart());
  await writeFile(join(folder, 'automations.yaml'), '[]\n');
}
