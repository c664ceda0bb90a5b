/** A home, a strip and clients for one test; whatever was opened ends with it. */
import { afterEach } from 'vitest';
import { TestClient } from '../../support/client.ts';
import { type Home, makeHome } from '../../support/daemon.ts';
import { Strip } from './strip.ts';

let endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  const all = endings.toReversed();
  endings = [];
  for (const end of all) await end();
});

/** Runs after the test, the last given first. */
export function afterwards(end: () => Promise<unknown>): void {
  endings.push(end);
}

/** The daemon's log says all, so that a test can see it. */
export const talkative = { log: { level: 'debug' } };

export async function makeStage(sections: Readonly<Record<string, unknown>> = {}): Promise<Home> {
  const home = await makeHome({ ...talkative, ...sections });
  afterwards(() => home.remove());
  return home;
}

export async function makeStrip(): Promise<Strip> {
  const strip = await Strip.listen();
  afterwards(() => strip.close());
  return strip;
}

export async function connect(home: Home, id: string): Promise<TestClient> {
  const client = await TestClient.connect(home.port, id);
  afterwards(() => client[Symbol.asyncDispose]());
  return client;
}

/** Hears everything, in retained topics also from before. */
export async function watch(home: Home, id = 'watcher'): Promise<TestClient> {
  const client = await connect(home, id);
  await client.mqtt.subscribeAsync('diuna/#', { qos: 1 });
  return client;
}

/** Payloads of an event heard so far, such as `system.stopping`. */
export function events(client: TestClient, type: string): Record<string, unknown>[] {
  return client.on(`diuna/event/${type.replaceAll('.', '/')}`).map(({ payload }) => JSON.parse(payload).payload);
}

/** The newest `diuna/system/state` heard. */
export function health(client: TestClient): Record<string, unknown> {
  const last = client.on('diuna/system/state').at(-1);
  return last === undefined ? {} : JSON.parse(last.payload);
}
