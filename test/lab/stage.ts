/** What a case needs of the laboratory: a machine with the daemon on it, a client of it, and an end for everything. */
import { inject } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { TestClient } from '../support/client.ts';
import { LOGIN } from './diuna/config.ts';
import { Service, untilAsked } from './diuna/service.ts';
import { Guest } from './guest/guest.ts';

export interface Machine {
  readonly guest: Guest;
  readonly service: Service;
}

/** Idle, with the daemon installed and not started. @param sections of the configuration that are other than usual. */
export async function machine(sections?: Readonly<Record<string, unknown>>): Promise<Machine> {
  const lab = inject('lab');
  const guest = await Guest.restore(lab.base, lab.installed, lab.folder);
  afterwards(() => guest.cut());
  const service = new Service(guest);
  if (sections !== undefined) await service.configure(sections);
  return { guest, service };
}

const CONNECT_MS = 30_000;

/** Connects as soon as the daemon lets it. */
export async function connect(guest: Guest, id: string): Promise<TestClient> {
  const client = await untilAsked(() => TestClient.connect(guest.mqttPort, id, LOGIN).catch(() => null), 'a connection', CONNECT_MS);
  client.mqtt.on('error', () => undefined); // the machine may lose its power
  afterwards(() => client[Symbol.asyncDispose]());
  return client;
}
