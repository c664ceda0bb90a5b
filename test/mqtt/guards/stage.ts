/** A broker behind its guards, on a free port of loopback, with limits of the test's own and a witness that must be served. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { afterEach, expect } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { HttpService } from '../../../src/http/http-service.ts';
import { mqttLimitsSchema } from '../../../src/model/config-limits.ts';
import { Topics } from '../../../src/model/topics.ts';
import { Broker } from '../../../src/mqtt/broker.ts';
import { type Access, everybody } from '../../../src/mqtt/guards/access.ts';
import { Guards } from '../../../src/mqtt/guards/guards.ts';
import type { GuardName } from '../../../src/mqtt/guards/tally.ts';
import { Listeners } from '../../../src/mqtt/listeners.ts';
import { sink } from '../../../src/mqtt/sink.ts';
import { FakeClock } from '../../support/fakes.ts';
import { until } from '../../support/until.ts';

/** What a connection may come in by: the guards are the same. */
export const transports = ['tcp', 'websocket'] as const;
export type Transport = (typeof transports)[number];

export interface House {
  readonly transport: Transport;
  readonly port: number;
  readonly broker: Broker;
  readonly clock: FakeClock;
  /** Lines of the log. */
  readonly log: Record<string, unknown>[];
  /** Refusals that the gate was to tell. */
  readonly told: { readonly client: string; readonly code: string; readonly tell: boolean }[];
  counts(): Record<string, number>;
  /** How many the broker has let in that it has not heard the end of. */
  connections(): number;
}

let endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

export async function open(limits: Record<string, number> = {}, access: Access = everybody, transport: Transport = 'tcp'): Promise<House> {
  const log: Record<string, unknown>[] = [];
  const write = (facts: object, message: string) => void log.push({ ...facts, message });
  const logger = { debug: () => undefined, info: write, warn: write, error: write };
  const told: { client: string; code: string; tell: boolean }[] = [];
  const clock = new FakeClock();
  const parsed = mqttLimitsSchema.parse(limits);
  const topics = new Topics('diuna');
  const isOurs = (topic: string) => topics.read(topic).kind !== 'foreign';
  const guards = new Guards({ limits: parsed, access, isOurs, clock, logger });
  const gate = {
    welcome: () => Promise.resolve(null),
    admit: (
      client: Client | string,
      packet: Parameters<typeof sink>[0],
      done: () => void,
      obstacle: { refusal: { code: string }; tell: boolean } | null,
    ) => {
      if (obstacle !== null) {
        told.push({ client: typeof client === 'string' ? client : client.id, code: obstacle.refusal.code, tell: obstacle.tell });
        sink(packet);
      }
      done();
    },
    deliver: () => true,
    responseInformation: (client: string) => `diuna/client/${client}/response`,
  };
  const broker = new Broker(gate, guards, parsed, logger);
  await broker.open();
  const entered = new Set<Duplex>();
  const door = {
    enter: (socket: Duplex, address: string) => {
      const isIn = broker.enter(socket, address);
      if (isIn) entered.add(socket);
      socket.once('close', () => entered.delete(socket));
      return isIn;
    },
    serve: (stream: Duplex, address: string) => broker.serve(stream, address),
    refused: (guard: GuardName, address: string, why: string) => guards.refused(guard, address, why),
  };
  const listeners = new Listeners(door);
  const address = { host: '127.0.0.1', port: 0 };
  const names = { hosts: [], origins: [] };
  const http = new HttpService({ address, names, limits: parsed, certificates: null, door, logger });
  const port = transport === 'tcp' ? (await listeners.listen(address)).port : Number(new URL(await http.listen()).port);
  endings.push(async () => {
    const closed = listeners.close();
    const stopped = broker.stop();
    await http.stop(stopped);
    await stopped;
    await closed;
  });
  return { transport, port, broker, clock, log, told, counts: () => guards.counts(), connections: () => entered.size };
}

/** Speaks packet by packet; acknowledges only when told to. */
export class Peer {
  readonly received: Packet[] = [];
  readonly socket: Duplex;
  closed = false;

  private constructor(socket: Duplex, acknowledges: boolean) {
    this.socket = socket;
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => {
      this.received.push(packet);
      if (acknowledges && packet.cmd === 'publish' && packet.qos === 1) this.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
    endings.push(() => socket.destroy());
  }

  static async open({ port, transport }: House, acknowledges = true): Promise<Peer> {
    if (transport === 'websocket') {
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
      const stream = createWebSocketStream(webSocket);
      webSocket.once('close', () => stream.destroy()); // a stream of the library's own stays half open
      const peer = new Peer(stream, acknowledges);
      await once(webSocket, 'open');
      return peer;
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const peer = new Peer(socket, acknowledges);
    await once(socket, 'connect');
    return peer;
  }

  /** @returns once the CONNACK is there. */
  static async connected(house: House, clientId: string, { clean = true, acknowledges = true } = {}): Promise<Peer> {
    const peer = await Peer.open(house, acknowledges);
    peer.connect(clientId, clean);
    await peer.hear('connack');
    return peer;
  }

  connect(clientId: string, clean = true): void {
    this.send({ cmd: 'connect', clientId, clean, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 });
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet));
  }

  publish(topic: string, payload: string | Buffer, { qos = 0, retain = false, messageId = 1 } = {}): void {
    const packet = { cmd: 'publish', topic, payload, retain, dup: false } as const;
    this.send(qos === 0 ? { ...packet, qos: 0 } : { ...packet, qos: 1, messageId });
  }

  /** @returns what was granted, filter by filter. */
  async subscribe(filters: readonly string[], qos: 0 | 1 = 0): Promise<readonly unknown[]> {
    const before = this.received.filter(({ cmd }) => cmd === 'suback').length;
    this.send({ cmd: 'subscribe', messageId: 7, subscriptions: filters.map((topic) => ({ topic, qos })) });
    const suback = await this.hear('suback', before + 1);
    return suback.cmd === 'suback' ? suback.granted : [];
  }

  hear(cmd: Packet['cmd'], count = 1): Promise<Packet> {
    return until(() => this.received.filter((packet) => packet.cmd === cmd)[count - 1], `${cmd} number ${count}`);
  }

  get messages(): IPublishPacket[] {
    return this.received.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
  }

  /** What came on a topic, oldest first. */
  texts(topic: string): string[] {
    return this.messages.filter((message) => message.topic === topic).map(({ payload }) => payload.toString());
  }

  /** Answers once the broker has done all that this peer asked before. */
  async settled(): Promise<void> {
    const before = this.received.filter(({ cmd }) => cmd === 'pingresp').length;
    this.send({ cmd: 'pingreq' });
    await this.hear('pingresp', before + 1);
  }

  async ended(): Promise<void> {
    await until(() => this.closed, 'the end of the connection');
  }
}

/** Somebody well-behaved is served: what it publishes comes back to it. */
export async function expectServed(house: House): Promise<void> {
  const witness = await Peer.connected(house, `witness-${Math.random()}`);
  await witness.subscribe(['witness/#'], 1);
  witness.publish('witness/here', 'served', { qos: 1 });
  await until(() => witness.texts('witness/here')[0], 'the witness to be served');
  witness.socket.destroy();
}

/** The log names who, from where and why. */
export function expectLogged(house: House, guard: string, client: string | null): void {
  const line = house.log.find((entry) => entry['guard'] === guard);
  expect(line).toMatchObject({ client, why: expect.any(String) });
  expect(line).toHaveProperty('address');
}
