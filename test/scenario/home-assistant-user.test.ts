/** Home Assistant as a user beside others: with the rule that docs/home-assistant.md gives it, and no more. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { until } from '../support/until.ts';
import { as, usersOf } from './access-users.ts';
import { stage } from './stage.ts';

const TOPIC = 'homeassistant/device/diuna/config';
const page = readFileSync(new URL('../../docs/home-assistant.md', import.meta.url), 'utf8');
const block = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml ?? '')).find((yaml) => yaml?.mqtt?.access);
const users = await usersOf({ homeassistant: { role: 'controller' }, anna: { role: 'controller' } });
const house = stage({ users, mqtt: { access: block.mqtt.access }, home_assistant: { enabled: true } });

it('finds what is announced, says that it is there, and is answered', async () => {
  const client = await house.client('random', as('homeassistant'));
  await client.mqtt.subscribeAsync(['homeassistant/device/+/config', 'diuna/zone/floor/state'], { qos: 1 });
  await until(() => client.on(TOPIC)[0], 'the device');
  const { length } = client.on(TOPIC);
  await client.mqtt.publishAsync('homeassistant/status', 'online', { qos: 1 });
  await until(() => client.on(TOPIC).length > length, 'the answer', 6000);
  expect(await client.say('diuna/zone/floor/set', '{"state":"ON","brightness":9}')).toMatchObject({ ok: true });
  expect(await client.say('diuna/system/set', 'RESTART')).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});

it('nobody else may announce anything in its place, or read what is', async () => {
  const anna = await house.client('anna', as('anna'));
  const homeAssistant = await house.client('random2', as('homeassistant'));
  await homeAssistant.mqtt.subscribeAsync('homeassistant/device/+/config', { qos: 1 });
  await until(() => homeAssistant.on(TOPIC)[0], 'the device');
  await anna.mqtt.publishAsync(TOPIC, '{}', { qos: 1, retain: true });
  await anna.say('diuna/zone/floor/set', 'ON'); // after it, and so the other has been dealt with
  expect(homeAssistant.on(TOPIC).map(({ payload }) => payload)).not.toContain('{}');
  await expect(anna.mqtt.subscribeAsync(TOPIC, { qos: 1 })).rejects.toThrow();
  expect(anna.on(TOPIC)).toEqual([]);
});
