/** One daemon for the tests of a file, and clients that end with their test. */

import type { IClientOptions } from 'mqtt';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { isEmbedded } from '../support/carrier.ts';
import { SETTLING, TestClient } from '../support/client.ts';
import { type Home, makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';

export interface Stage {
  readonly home: Home;
  readonly running: RunningDaemon;
  /** Connects a client that hears its own replies. */
  client(id: string, options?: IClientOptions): Promise<TestClient>;
  /** Connects a client that hears everything from now on, and has heard what is retained. */
  watcher(id: string): Promise<TestClient>;
  /** Connects a client that hears what a filter matches. */
  listener(id: string, filter: string): Promise<TestClient>;
  restart(): Promise<void>;
}

let markers = 0;

/** Call at the top of a test file. */
export function stage(sections: Readonly<Record<string, unknown>> = {}): Stage {
  let home: Home;
  let running: RunningDaemon;
  let clients: TestClient[] = [];

  beforeAll(async () => {
    home = await makeHome(sections);
    running = await startInProcess(home);
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    clients = [];
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await home.remove();
  });

  const client = async (id: string, options: IClientOptions = {}) => {
    const connected = await TestClient.connect(home.port, id, options);
    clients.push(connected);
    return connected;
  };
  return {
    get home() {
      return home;
    },
    get running() {
      return running;
    },
    client,
    watcher: async (id) => {
      const watcher = await client(id);
      markers += 1;
      const marker = `marker/${markers}`; // the newest retained message, and so the last that a subscriber is given
      await watcher.mqtt.publishAsync(marker, 'here', { qos: 1, retain: true });
      await watcher.mqtt.subscribeAsync('#', { qos: 2 });
      await until(() => watcher.on(marker)[0], 'what is retained');
      await watcher.mqtt.publishAsync(marker, '', { qos: 1, retain: true });
      if (!isEmbedded()) await allHeard(watcher); // it has an order of its own
      return watcher;
    },
    listener: async (id, filter) => {
      const listener = await client(id);
      await listener.mqtt.subscribeAsync(filter, { qos: 2 });
      return listener;
    },
    restart: async () => {
      await running[Symbol.asyncDispose]();
      running = await startInProcess(home);
    },
  };
}

/** Returns once the watcher, which hears everything, has heard all that was published before. */
export async function allHeard(watcher: TestClient): Promise<void> {
  if (!isEmbedded()) await allTold(watcher);
  markers += 1;
  const topic = `marker/${markers}`;
  await watcher.mqtt.publishAsync(topic, 'here', { qos: 2 });
  await until(() => watcher.on(topic)[0], 'the marker');
}

/** Another broker has what the daemon told of commands before, once it has the answer to a later one. */
async function allTold(watcher: TestClient): Promise<void> {
  markers += 1;
  await using settling = await TestClient.connect(Number(watcher.mqtt.options.port), `${SETTLING}${markers}`);
  await settling.ask({ type: 'system.ping' });
}

/** The `zone.state_changed` events that a client heard, in the order it heard them. */
export function eventsOf(client: TestClient, zone?: string): ZoneEvent[] {
  return client.heard
    .filter(({ topic }) =>
      zone === undefined ? /^diuna\/event\/zone\/[^/]+\/state_changed$/.test(topic) : topic === `diuna/event/zone/${zone}/state_changed`,
    )
    .map(({ payload }) => JSON.parse(payload));
}

export interface ZoneEvent {
  readonly id: string;
  readonly seq: number;
  readonly zone: string;
  readonly version: number;
  readonly timestamp: string;
  readonly source: string;
  readonly origin: string | null;
  readonly request_id: string | null;
  readonly payload: {
    readonly changed: readonly string[];
    readonly state: Readonly<Record<string, unknown>>;
    readonly previous: Readonly<Record<string, unknown>>;
  };
}

/** The whole state as `state.get` gives it. */
export async function wholeState(client: TestClient): Promise<{ seq: number; zones: Record<string, Record<string, unknown>> }> {
  const reply = await client.ask({ type: 'state.get' });
  if (!reply.ok) throw new Error(reply.error.message);
  const { zones } = JSON.parse(JSON.stringify(reply.state));
  return { seq: reply.seq, zones };
}

/** Puts a zone where a test begins. */
export function plainZone(zone: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const plain = { state: 'ON', brightness: 100, color: '#000000', effect: 'off', palette: 'default', speed: 128, intensity: 128 };
  return { type: 'zone.set', zone, ...plain, colors: ['#000000'], reverse: false, mirror: false, ...more };
}
