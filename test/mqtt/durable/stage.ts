/** A broker whose memory outlives it: on a disk in memory or a real one, with a clock that is set, started as often as a test likes. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Client, PublishPacket } from 'aedes';
import { afterEach } from 'vitest';
import { mqttLimitsSchema } from '../../../src/model/config-limits.ts';
import { Topics } from '../../../src/model/topics.ts';
import { Broker } from '../../../src/mqtt/broker.ts';
import { Durable } from '../../../src/mqtt/durable/durable.ts';
import { type Access, everybody } from '../../../src/mqtt/guards/access.ts';
import { Guards } from '../../../src/mqtt/guards/guards.ts';
import type { Obstacle } from '../../../src/mqtt/guards/objections.ts';
import { sink } from '../../../src/mqtt/sink.ts';
import type { FileSystem } from '../../../src/store/file-system.ts';
import { KeptLog } from '../../../src/store/kept-log/kept-log.ts';
import type { FakeDisk } from '../../store/support/fake-disk.ts';
import { FakeClock } from '../../support/fakes.ts';
import { until } from '../../support/until.ts';
import { Listener } from './client.ts';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

export function atEnd(end: () => unknown): void {
  endings.push(end);
}

const housesOn = new WeakMap<FileSystem, House>();

/** Returns once all that was done so far is safe from a power cut: changes go to the disk in their order, and one is put behind them. */
export async function written(disk: FakeDisk): Promise<void> {
  const house = housesOn.get(disk);
  if (house === undefined) throw new Error('no house writes to this disk');
  await house.left();
  house.kept.put('behind', {});
  await until(() => newestOf(durable(disk), 'behind')?.v !== undefined, 'what was changed to be written');
  house.kept.remove('behind');
  await until(() => isGone(durable(disk), 'behind'), 'what was put behind it to be gone');
}

function durable(disk: FakeDisk): FakeDisk {
  return disk.afterPowerCut(() => 0);
}

/** Whether a key was in the broker's file and is not any more. */
export function isGone(disk: FakeDisk, key: string): boolean {
  const newest = newestOf(disk, key);
  return newest !== undefined && newest.v === undefined;
}

/** The newest line of a key; one without `v` says that the key is gone. */
function newestOf(disk: FakeDisk, key: string): { readonly k: string; readonly v?: unknown } | undefined {
  if (!disk.paths.includes('/broker.jsonl')) return undefined;
  const lines = disk.text('/broker.jsonl').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).record).findLast(({ k }) => k === key);
}

export interface Setup {
  readonly files: FileSystem;
  readonly path?: string;
  readonly clock?: FakeClock;
  readonly limits?: Record<string, number>;
  readonly access?: Access;
}

export class House {
  readonly port: number;
  readonly broker: Broker;
  readonly guards: Guards;
  readonly kept: KeptLog;
  readonly clock: FakeClock;
  readonly log: Record<string, unknown>[];
  /** Topics of wills of an earlier run that went through the gate, with who sent them. */
  readonly admitted: [client: string, topic: string][];
  /** Of the broker's side: it hears of an end a moment later than the client. */
  readonly connections: ReadonlySet<Socket>;
  readonly #guests: Listener[] = [];
  #end: (() => Promise<void>) | null;

  /** Looks whether the time of day was set, as is done every half minute. */
  readonly look: () => void;

  private constructor(made: Omit<House, 'stop' | 'connect' | 'left'>, end: () => Promise<void>) {
    this.port = made.port;
    this.broker = made.broker;
    this.guards = made.guards;
    this.kept = made.kept;
    this.clock = made.clock;
    this.log = made.log;
    this.admitted = made.admitted;
    this.connections = made.connections;
    this.look = made.look;
    this.#end = end;
  }

  static async open({ files, path = '/broker.jsonl', clock = new FakeClock(), limits = {}, access = everybody }: Setup): Promise<House> {
    const log: Record<string, unknown>[] = [];
    const write = (facts: object, message: string) => void log.push({ ...facts, message });
    const logger = { debug: () => undefined, info: write, warn: write, error: write };
    const parsed = mqttLimitsSchema.parse(limits);
    const topics = new Topics('diuna');
    const isOurs = (topic: string) => topics.read(topic).kind !== 'foreign';
    const guards = new Guards({ limits: parsed, access, isOurs, clock, logger });
    const kept = new KeptLog({
      path,
      files,
      report: (type, payload) => write(payload, type),
      access: () => 'write',
      part: 'broker',
      limits: { gather_ms: 5 },
    });
    const durable = new Durable({ log: kept, limits: parsed, isOurs, userOf: (id) => (id === 'owned' ? 'anna' : null), clock, logger });
    const admitted: [string, string][] = [];
    const gate = {
      welcome: () => Promise.resolve(null),
      admit: (client: Client | string, packet: PublishPacket, done: () => void, obstacle: Obstacle | null) => {
        if (obstacle !== null) sink(packet);
        else if (typeof client === 'string') admitted.push([client, packet.topic]);
        done();
      },
      deliver: () => true,
      responseInformation: () => '',
    };
    const broker = new Broker(gate, guards, parsed, logger, durable);
    await broker.open();
    await broker.resume();
    const connections = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      if (broker.enter(socket, '127.0.0.1')) broker.serve(socket, '127.0.0.1');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const look = () => durable.book.look();
    const house = new House({ port, broker, guards, kept, clock, log, admitted, connections, look }, async () => {
      server.close();
      await broker.stop();
      await kept.close();
    });
    housesOn.set(files, house);
    atEnd(() => house.stop());
    return house;
  }

  async connect(id: string, options: Parameters<typeof Listener.connect>[2] = {}): Promise<Listener> {
    const guest = await Listener.connect(this.port, id, options);
    atEnd(() => guest.mqtt.endAsync(true));
    this.#guests.push(guest);
    return guest;
  }

  /** Returns once the broker has heard of the end of all who left. */
  async left(): Promise<void> {
    await until(() => this.connections.size === this.#guests.filter(({ mqtt }) => mqtt.connected).length, 'who left to be gone');
  }

  /** As the daemon does at a stop. */
  async stop(): Promise<void> {
    const end = this.#end;
    this.#end = null;
    await end?.();
  }
}
