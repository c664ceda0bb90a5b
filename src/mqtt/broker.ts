/**
 * The embedded broker: aedes, whatever a connection came in by. It carries messages and knows who sent them; who may publish what is
 * asked of a gate, and nothing here knows a command.
 */
import type { Duplex } from 'node:stream';
import { Aedes, type AedesPublishPacket, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Logger } from '../base/logger.ts';
import type { MqttLimits } from '../model/config-limits.ts';
import type { Login, Will } from './access/entrance.ts';
import type { RefusedLogin } from './access/refused-login.ts';
import { Bridges } from './bridges.ts';
import type { Durable, Restored } from './durable/durable.ts';
import { EachOnce } from './each-once.ts';
import { handleEarly } from './early.ts';
import { writeEncoded } from './encode-once.ts';
import type { Guards } from './guards/guards.ts';
import type { Obstacle } from './guards/objections.ts';
import { storeParts } from './guards/private-parts.ts';
import { alsoTold } from './guards/sessions.ts';
import { TOPIC_LEVELS } from './guards/shape.ts';
import { UNRELEASED_MOST } from './guards/unreleased.ts';
import type { BytesMessage, Message, MessageProperties } from './message.ts';
import { enableMqtt5, type Mqtt5 } from './mqtt5/mqtt5.ts';
import { reason } from './mqtt5/reason.ts';
import type { Watchers } from './previews/watchers.ts';
import { unsubscribePromptly } from './prompt-unsubscribe.ts';
import { untilQuiet } from './quiet.ts';
import { arrivalsOf, Repeats } from './repeats.ts';
import { sink } from './sink.ts';
import { passBySlowClients, untilDrained } from './slow-clients.ts';
import { readWhole } from './whole-reads.ts';

/** Decides over who comes in, what a client publishes and what it is given. */
export interface Gate {
  /** Asked once a client's id is known; nothing else that it sends is looked at before. Never rejects. @returns why not, or `null`. */
  welcome(client: Client, login: Login): Promise<RefusedLogin | null>;
  /**
   * Calls `done` when the packet may go on; may rewrite it before. A packet that must not go on is sunk.
   * @param client the id of one of an earlier process, whose will it is.
   * @param obstacle why it must not, whatever it is.
   */
  admit(client: Client | string, packet: PublishPacket, done: () => void, obstacle: Obstacle | null): void;
  /** Whether this client gets this packet. */
  deliver(clientId: string, packet: AedesPublishPacket): boolean;
  /** Who watches previews, and may be given one now. */
  readonly watchers?: Watchers;
  /** Where a client of version 5 that asks for it may have its replies sent. */
  responseInformation(clientId: string): string;
}

export class Broker {
  readonly #aedes: Aedes;
  readonly #guards: Guards;
  readonly #limits: MqttLimits;
  readonly #streams = new Set<Duplex>();
  readonly #gate: Gate;
  readonly #logger: Logger;
  readonly #durable: Durable | null;
  #mqtt5: Mqtt5 | null = null;
  #restored: Restored = { sessions: [], sessions5: [] };

  /** @param durable what is to outlive a restart; `null`: nothing does. */
  constructor(gate: Gate, guards: Guards, limits: MqttLimits, logger: Logger, durable: Durable | null = null) {
    this.#gate = gate;
    this.#guards = guards;
    this.#limits = limits;
    this.#durable = durable;
    this.#logger = logger;
    const repeats = new Repeats(() => arrivalsOf(this.#aedes));
    const eachOnce = new EachOnce();
    const bridges = new Bridges();
    const wills = new WeakMap<Client, Will>();
    this.#aedes = new Aedes({
      // 0: a message never waits for the slowest reader of another one
      concurrency: 0,
      drainTimeout: limits.drain_timeout * 1000,
      connectTimeout: limits.connect_timeout * 1000,
      queueLimit: 1000,
      maxInflightInbound: UNRELEASED_MOST,
      maxTopicLevels: TOPIC_LEVELS,
      preConnect: (client, packet, done) => {
        eachOnce.watch(client, this.#aedes.id);
        guards.connect(client, packet);
        bridges.note(client, packet);
        if (packet.will !== undefined) wills.set(client, packet.will);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        const rejected = guards.verdict(client);
        if (rejected !== null) return done(rejected, false);
        const login = { username, password, address: guards.addressOf(client), will: wills.get(client) };
        void this.#welcome(client, login).then((refused) => done(refused, refused === null));
      },
      authorizeSubscribe: (client, subscription, done) => done(null, guards.subscribe(client, subscription) ? subscription : null),
      authorizePublish: (client, packet, done) => {
        if (client === null || packet.topic.startsWith('$')) sink(packet, '');
        if (client === null) return done(null);
        const obstacle = guards.publish(client, packet);
        repeats.pass(
          client,
          packet,
          (admitted) => gate.admit(client, packet, admitted, obstacle),
          () => done(null),
        );
      },
      authorizeForward: (client, packet) => {
        if (packet.qos === 0 && client.conn.destroyed) return null;
        if (eachOnce.isRepeated(client) && guards.isRepeated(client, packet)) return null;
        const isFresh = gate.watchers?.mayGo(client, packet) ?? true;
        return guards.forward(client, packet, isFresh && (bridges.has(client) || gate.deliver(client.id, packet))) ? packet : null;
      },
    });
    passBySlowClients(this.#aedes, limits.stuck_client_bytes);
    handleEarly(this.#aedes);
    unsubscribePromptly(this.#aedes);
    gate.watchers?.follow(this.#aedes);
  }

  /** From here on messages can be published; nobody can connect yet. */
  async open(): Promise<void> {
    this.#aedes.on('clientError', (client, cause) => {
      this.#guards.lost(client, cause, true);
      this.#logger.debug({ client: client.id, cause: cause.message }, 'client connection ended');
    });
    this.#aedes.on('connectionError', (client, cause) => this.#guards.lost(client, cause, false));
    await this.#aedes.listen();
    // before the guards: what comes to be stored has passed them, and they see what is there
    if (this.#durable !== null) this.#restored = await this.#durable.restore(storeParts(this.#aedes));
    await this.#guards.open(this.#aedes, {
      sessions: this.#restored.sessions,
      witness: alsoTold(this.#durable?.book, (id) => this.#mqtt5?.sessionPutOut(id)),
    });
    // after the guards: both stand before the store's retained messages, and version 5 must be asked first
    this.#mqtt5 = this.#speak5();
    const check = await this.#mqtt5.selfCheck();
    if (!check.ok) this.#logger.error({ cause: check.error }, 'MQTT 5 is off: its self-check failed');
  }

  /** Once commands can be decided, and before anybody connects: what fell due while the broker was not there. */
  async resume(): Promise<void> {
    await this.#mqtt5?.resume(this.#restored.sessions5);
  }

  #speak5(): Mqtt5 {
    return enableMqtt5(this.#aedes, {
      logger: this.#logger,
      mendsForgetting: false,
      maximumPacketSize: this.#limits.packet_bytes, // as the guards hold it
      serverKeepAlive_s: this.#limits.keep_alive,
      writeOlder: writeEncoded,
      sessionExpiryMaximum_s: Math.floor(this.#limits.session_expiry),
      sessionsMaximum: this.#limits.stored_sessions,
      responseInformation: (clientId) => this.#gate.responseInformation(clientId),
      sessionEnded: (clientId) => this.#guards.sessionEnded(clientId),
      authorizeWill: (clientId, packet, admitted) => {
        if (packet.topic.startsWith('$')) sink(packet, '');
        this.#gate.admit(clientId, packet, admitted, this.#guards.objection(clientId, packet));
      },
      ...(this.#durable === null ? {} : { durableStore: true, memory: this.#durable.book }),
    });
  }

  /** A connection has come: whether there is room for it. @returns false where it was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean {
    return this.#guards.enter(connection, address);
  }

  /** Speaks MQTT on a connection that has entered, or on what was made of one. */
  serve(stream: Duplex, address: string): void {
    this.#streams.add(stream);
    readWhole(stream);
    stream.once('close', () => this.#streams.delete(stream));
    this.#guards.watch(this.#aedes.handle(stream), address);
  }

  /** Ends the connection of a client that may not be here any more. */
  dismiss(client: Client, why: string): void {
    this.#guards.refused('account_ended', this.#guards.addressOf(client), why, client.id);
    this.#mqtt5?.bye(client, reason.notAuthorized, why);
    client.close();
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
  publish({ topic, payload, qos, retain, properties }: Message | BytesMessage): Promise<void> {
    const more = properties === undefined ? {} : { properties: mutable(properties) };
    const packet: PublishPacket = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false, ...more };
    return new Promise((resolve) => {
      this.#aedes.publish(packet, (cause) => {
        if (cause !== undefined && cause !== null) this.#logger.warn({ topic, cause: cause.message }, 'message not published');
        resolve();
      });
    });
  }

  /** Calls the listener with what clients publish there from now on. @param topic without wildcards. */
  hear(topic: string, listener: (payload: string) => void): void {
    const deliver = (packet: AedesPublishPacket, done: () => void) => {
      listener(packet.payload.toString());
      done();
    };
    this.#aedes.subscribe(topic, deliver, () => undefined);
  }

  /** Resolves when the client can be given more, or is gone. */
  drained(clientId: string): Promise<void> {
    return untilDrained(this.#aedes, clientId, (client) => this.#guards.drained(client));
  }

  /** The end is near: messages are handed to everybody at once. */
  hurry(): void {
    this.#guards.hurry();
  }

  /** To be called when nobody can come any more: takes in and gives out what is on its way, for a bounded time, then closes all connections. */
  async stop(): Promise<void> {
    await untilQuiet(this.#streams);
    this.#guards.stop();
    this.#durable?.stop();
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const stream of this.#streams) stream.destroy();
  }

  async #welcome(client: Client, login: Login): Promise<AuthenticateError | null> {
    const refused = await this.#gate.welcome(client, login);
    if (refused === null) return this.#guards.makeRoom(client);
    this.#guards.refused(refused.guard, login.address, refused.why, client.id);
    return refused;
  }
}

/** Each packet has its own. Empty user properties could not be written. */
function mutable({ userProperties, ...rest }: MessageProperties): NonNullable<PublishPacket['properties']> {
  return userProperties === undefined ? { ...rest } : { ...rest, userProperties: { ...userProperties } };
}
