/** A Home Assistant that has just been set up connects with a daemon, by either version of MQTT, and finds its lights. */
import { beforeAll, expect, it } from 'vitest';
import { afterwards } from '../../support/afterwards.ts';
import { until } from '../../support/until.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { OldDoor } from '../home-assistant/old-door.ts';
import { House, newHomeAssistant } from '../stage.ts';

/** Clients are told of once they have stayed for 5 s. */
const PRESENCE_MS = 20_000;
let home: HomeAssistant;
beforeAll(async () => {
  home = await newHomeAssistant();
});

/** The versions of MQTT (4: 3.1.1) of those that are there, but for ourselves. */
async function versionsThere(house: House): Promise<unknown[]> {
  await using client = await house.connect('onlooker');
  await client.mqtt.subscribeAsync('diuna/client/+/presence', { qos: 1 });
  const others = () => client.heard.filter(({ topic }) => topic.endsWith('/presence') && !topic.includes('onlooker'));
  await until(() => others().length > 0, 'the daemon to tell of a client', PRESENCE_MS);
  return others().map(({ payload }) => JSON.parse(payload).protocol);
}

async function isSwitched(entity_id: string): Promise<void> {
  await home.until(async () => (await home.state(entity_id))?.state === 'off', `${entity_id} to be there`);
  await home.service('light', 'turn_on', { entity_id });
  await home.until(async () => (await home.state(entity_id))?.state === 'on', `${entity_id} to be on`);
}

it('by MQTT 5, and has nothing to complain about', async () => {
  const house = await House.open();
  await home.addMqtt({ port: house.port, protocol: '5' });
  await isSwitched('light.diuna_floor');
  expect(await versionsThere(house)).toEqual([5]);
  expect(home.warningsOf()).toEqual([]);
  expect(await home.issues('mqtt')).toEqual([]);
  await home.removeMqtt();
});

it('goes on to MQTT 5 by itself where 3.1.1 was chosen, for the daemon takes it', async () => {
  const house = await House.open();
  await home.addMqtt({ port: house.port, protocol: '3.1.1' });
  await isSwitched('light.diuna_floor');
  expect(await versionsThere(house)).toEqual([5]);
  expect(home.warningsOf()).toEqual([]);
  expect(await home.issues('mqtt')).toEqual([]);
  await home.removeMqtt();
});

it('by MQTT 3.1.1 where nothing else passes, which it then wants repaired', async () => {
  const house = await House.open();
  const door = await OldDoor.open(house.port);
  afterwards(() => door[Symbol.asyncDispose]());
  await home.addMqtt({ port: door.port, protocol: '3.1.1' });
  await isSwitched('light.diuna_floor');
  expect(await versionsThere(house)).toEqual([4]);
  expect(home.warningsOf()).toEqual([]);
  expect((await home.issues('mqtt')).map(({ translation_key }) => translation_key)).toEqual(['protocol_5_migration']);
});
