/**
 * The embedded broker: aedes behind TCP listeners. It carries messages and knows who sent them; who may publish what is
 * asked of a gate, and nothing here knows a command.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket, type PublishPacket } from 'aedes';
import { Fault } from '../base/fault.ts';
import type { Logger } from '../base/logger.ts';
import type { Address } from '../model/config.ts';
import type { MqttLimits } from '../model/config-limits.ts';
import { EachOnce } from './each-once.ts';
import { plainAddress } from './guards/admission.ts';
import type { Guards, Obstacle } from './guards/guards.ts';
import { TOPIC_LEVELS } from './guards/shape.ts';
import { enableMqtt5 } from './mqtt5/mqtt5.ts';
import { type Arrivals, Repeats } from './repeats.ts';
import { sink } from './sink.ts';
import { passBySlowClients, untilDrained } from './slow-clients.ts';

export type Qos = 0 | 1 | 2;

/** Decides over what a client publishes and what it is given. */
export interface Gate {
  /**
   * Calls `done` when the packet may go on; may rewrite it before. A packet that must not go on is sunk.
   * @param obstacle why it must not, whatever it is.
   */
  admit(clientId: string, packet: PublishPacket, done: () => void, obstacle: Obstacle | null): void;
  /** Whether this client gets this packet. */
  deliver(clientId: string, packet: AedesPublishPacket): boolean;
}

/** At a stop: so many looks in a row without traffic are the end of it, and so many are taken at most. */
const QUIET_MS = 10;
const QUIET_IN_A_ROW = 3;
const QUIET_TRIES = 150;

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** Where a message came from, for the receiver and for holding back echoes. */
  readonly tags?: Readonly<Record<string, string>>;
}

export class Broker {
  readonly #aedes: Aedes;
  readonly #guards: Guards;
  /** What clients of version 5 are told, as the guards hold it. */
  readonly #packetBytes: number;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #logger: Logger;

  constructor(gate: Gate, guards: Guards, limits: MqttLimits, logger: Logger) {
    this.#guards = guards;
    this.#packetBytes = limits.packet_bytes;
    this.#logger = logger;
    const repeats = new Repeats(() => arrivals(this.#aedes));
    const eachOnce = new EachOnce();
    this.#aedes = new Aedes({
      // 0: a message never waits for the slowest reader of another one
      concurrency: 0,
      drainTimeout: limits.drain_timeout * 1000,
      connectTimeout: limits.connect_timeout * 1000,
      queueLimit: 1000,
      maxTopicLevels: TOPIC_LEVELS,
      preConnect: (client, packet, done) => {
        eachOnce.watch(client, this.#aedes.id);
        guards.connect(client, packet);
        done(null, true);
      },
      authenticate: (client, _username, _password, done) => {
        const refused = guards.verdict(client);
        done(refused, refused === null);
      },
      authorizeSubscribe: (client, subscription, done) => done(null, guards.subscribe(client, subscription) ? subscription : null),
      authorizePublish: (client, packet, done) => {
        if (client === null || packet.topic.startsWith('$')) sink(packet, "topics that begin with $ are the broker's own");
        if (client === null) return done(null);
        const { id } = client;
        const obstacle = guards.publish(client, packet);
        repeats.pass(
          client,
          packet,
          (admitted) => gate.admit(id, packet, admitted, obstacle),
          () => done(null),
        );
      },
      authorizeForward: (client, packet) => {
        if (packet.qos === 0 && client.conn.destroyed) return null;
        if (eachOnce.isRepeated(client) && guards.isRepeated(client, packet)) return null;
        return guards.forward(client, packet, gate.deliver(client.id, packet)) ? packet : null;
      },
    });
    passBySlowClients(this.#aedes, limits.stuck_client_bytes);
  }

  /** From here on messages can be published; nobody can connect yet. */
  async open(): Promise<void> {
    this.#aedes.on('clientError', (client, cause) => {
      this.#guards.lost(client, cause, true);
      this.#logger.debug({ client: client.id, cause: cause.message }, 'client connection ended');
    });
    this.#aedes.on('connectionError', (client, cause) => this.#guards.lost(client, cause, false));
    await this.#aedes.listen();
    await this.#guards.open(this.#aedes);
    // after the guards: both stand before the store's retained messages, and version 5 must be asked first
    const mqtt5 = enableMqtt5(this.#aedes, { logger: this.#logger, mendsForgetting: false, maximumPacketSize: this.#packetBytes });
    const check = await mqtt5.selfCheck();
    if (!check.ok) this.#logger.error({ cause: check.error }, 'MQTT 5 is off: its self-check failed');
  }

  /** @throws Fault where an address cannot be listened on. */
  async listen(addresses: readonly Address[]): Promise<readonly Address[]> {
    const bound: Address[] = [];
    for (const address of addresses) bound.push(await this.#listen(address));
    return bound;
  }

  /** @param ready called when a client may speak. @param gone when it left. */
  onClients(ready: (client: { id: string; version: number }) => void, gone: (clientId: string) => void): void {
    this.#aedes.on('clientReady', (client) => {
      // one that left while it was being let in has been told of as gone already
      if (!client.closed) ready({ id: client.id, version: client.version });
    });
    this.#aedes.on('clientDisconnect', (client) => gone(client.id));
  }

  /** Resolves when the message has been handed to every receiver, whether or not it reads. */
  publish({ topic, payload, qos, retain, tags }: Message): Promise<void> {
    const properties = tags === undefined ? {} : { properties: { userProperties: { ...tags } } };
    const packet: PublishPacket = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false, ...properties };
    return new Promise((resolve) => {
      this.#aedes.publish(packet, (cause) => {
        if (cause !== undefined && cause !== null) this.#logger.warn({ topic, cause: cause.message }, 'message not published');
        resolve();
      });
    });
  }

  /** Resolves when the client can be given more, or is gone. */
  drained(clientId: string): Promise<void> {
    return untilDrained(this.#aedes, clientId, (client) => this.#guards.drained(client));
  }

  /** Takes in and gives out what is on its way, for a bounded time, then closes all connections. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await this.#quiet();
    this.#guards.stop();
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #listen(address: Address): Promise<Address> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    server.listen(address.port, address.host);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw listenFault(address, cause);
    }
    this.#servers.push(server);
    const bound = server.address();
    return bound === null || typeof bound === 'string' ? address : { host: address.host, port: bound.port };
  }

  /** Resolves when a moment long nobody was heard or told anything: a command sent before the stop deserves its reply. */
  async #quiet(): Promise<void> {
    const traffic = () => [...this.#sockets].map(({ bytesRead, writableLength }) => `${bytesRead} ${writableLength}`).join();
    let before = traffic();
    for (let [tries, same] = [0, 0]; tries < QUIET_TRIES && same < QUIET_IN_A_ROW; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      // Sockets are read between timers and immediates: a late timer alone would have looked before they were.
      await new Promise((resolve) => setImmediate(resolve));
      const now = traffic();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  }

  #accept(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    if (!this.#guards.enter(socket, address)) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#guards.watch(this.#aedes.handle(socket), address);
  }
}

/** Part of aedes' store, which its types leave out. */
function arrivals(aedes: Aedes): Arrivals {
  return (aedes as Aedes & { readonly persistence: Arrivals }).persistence;
}

function listenFault({ host, port }: Address, cause: unknown): Fault {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE')
    return new Fault(
      'port_taken',
      `another program listens on ${where}`,
      'stop it (often mosquitto: systemctl stop mosquitto), or change mqtt.listen',
      cause,
    );
  if (code === 'EACCES')
    return new Fault('port_forbidden', `this user may not listen on ${where}`, 'use a port from 1024 up in mqtt.listen', cause);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Fault('no_such_address', `this machine has no address ${host}`, 'name one of its own in mqtt.listen', cause);
  return new Fault(
    'cannot_listen',
    `cannot listen on ${where}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'see mqtt.listen',
    cause,
  );
}
