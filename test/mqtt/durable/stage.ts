/** A broker whose memory outlives it: on a disk in memory or a real one, with a clock that is set, started as often as a test likes. */
import { once } from 'node:events';
import { createServer } from 'node:net';
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
import { FakeClock } from '../../support/fakes.ts';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

export function atEnd(end: () => unknown): void {
  endings.push(end);
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
  #end: (() => Promise<void>) | null;

  /** Looks whether the time of day was set, as is done every half minute. */
  readonly look: () => void;

  private constructor(made: Omit<House, 'stop'>, end: () => Promise<void>) {
    this.port = made.port;
    this.broker = made.broker;
    this.guards = made.guards;
    this.kept = made.kept;
    this.clock = made.clock;
    this.log = made.log;
    this.admitted = made.admitted;
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
    const server = createServer({ noDelay: true }, (socket) => {
      if (broker.enter(socket, '127.0.0.1')) broker.serve(socket, '127.0.0.1');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const house = new House({ port, broker, guards, kept, clock, log, admitted, look: () => durable.book.look() }, async () => {
      server.close();
      await broker.stop();
      await kept.close();
    });
    atEnd(() => house.stop());
    return house;
  }

  /** As the daemon does at a stop. */
  async stop(): Promise<void> {
    const end = this.#end;
    this.#end = null;
    await end?.();
  }
}
