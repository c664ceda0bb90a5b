/** What an earlier run has left on another broker, of zones and groups that are there no more. */
import { expect, it } from 'vitest';
import { hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { build, served } from './house.ts';

const fewer = { zones: { floor: { strip: 'main', range: [0, 9] } } };
const seats = { groups: { seats: { zones: ['floor', 'shelf'] } } };

it.runIf(hasProgram('mosquitto'))('is cleared at the next start, and nothing else', async () => {
  const house = await build();
  const mqtt = { broker_url: `mqtt://127.0.0.1:${house.home.port}` };
  await house.mosquitto();
  await house.home.configure({ mqtt, ...seats });
  const before = await house.daemon();
  await served(before);
  const watcher = await house.client('watcher');
  await watcher.mqtt.publishAsync('others/zone/shelf/state', 'theirs', { retain: true, qos: 1 });
  await watcher.mqtt.subscribeAsync('#', { qos: 1 });
  const standing = () => {
    const newest = new Map(watcher.heard.map(({ topic, payload }) => [topic, payload]));
    return [...newest].flatMap(([topic, payload]) => (/\/(state|summary)$/.test(topic) && payload !== '' ? [topic] : [])).sort();
  };
  const kept = [
    'diuna/system/state',
    'diuna/zone/all/state',
    'diuna/zone/all/summary',
    'diuna/zone/floor/state',
    'others/zone/shelf/state',
  ];
  const left = ['diuna/zone/desk/state', 'diuna/zone/seats/state', 'diuna/zone/seats/summary', 'diuna/zone/shelf/state'];
  await until(() => standing().length === kept.length + left.length, 'all of them');
  expect(standing()).toEqual([...kept, ...left].sort());
  await before[Symbol.asyncDispose]();
  await house.home.configure({ mqtt, ...fewer });
  await served(await house.daemon());
  await until(() => standing().length === kept.length, 'what is left to be cleared');
  expect(standing()).toEqual(kept);
});
