/** The MQTT room with the broker inside: who comes in, our topics on it, and who is there. */
import type { Duplex } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Account, Authenticator } from '../core/access/account.ts';
import type { Report } from '../engine/ports.ts';
import type { Submission } from '../engine/submission.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import { isLoopback } from '../model/config-addresses.ts';
import type { ZoneState } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { AccessControl } from './access/access-control.ts';
import type { Will } from './access/entrance.ts';
import { Announcer } from './announcer.ts';
import { Broker } from './broker.ts';
import { CommandGate } from './command-gate.ts';
import { Durable } from './durable/durable.ts';
import type { KeptLog } from './durable/kept-log.ts';
import { Guards } from './guards/guards.ts';
import { TOPIC_LEVELS } from './guards/shape.ts';
import type { GuardName } from './guards/tally.ts';
import { Inbox, type Sender } from './inbox.ts';
import { Listeners } from './listeners.ts';
import type { Door, MqttRoom } from './mqtt-room.ts';
import { Presence } from './presence.ts';
import { Previews } from './previews/previews.ts';
import type { Certificates } from './tls-listener.ts';

export interface MqttParts {
  readonly config: Config['mqtt'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly submit: (submission: Submission) => void;
  readonly report: Report;
  /** Finds out who comes. */
  readonly authenticator: Authenticator;
  /** What `mqtt.listen_tls` is served with. */
  readonly certificates?: Certificates | null;
  /** Where it is kept what the broker holds for others; `null`: nowhere. */
  readonly kept?: KeptLog | null;
}

export class EmbeddedService implements MqttRoom {
  readonly announcer: Announcer;
  readonly previews: Previews;
  readonly link = 0;
  readonly #config: Config['mqtt'];
  readonly #topics: Topics;
  readonly #access: AccessControl;
  readonly #gate: CommandGate;
  readonly #broker: Broker;
  readonly #durable: Durable | null;
  readonly #guards: Guards;
  readonly #certificates: Certificates | null;
  readonly #listeners: Listeners;
  readonly #presence: Presence;
  readonly #logger: Logger;
  #echoEvents: boolean;

  constructor(parts: MqttParts) {
    const { config, clock, logger, submit, report, certificates = null, kept = null } = parts;
    const { limits } = config;
    this.#config = config;
    this.#logger = logger;
    this.#certificates = certificates;
    this.#topics = new Topics(config.base_topic);
    this.#echoEvents = config.echo_events;
    this.#access = this.#newAccess(parts);
    const { identities } = this.#access;
    const inbox = new Inbox({
      topics: this.#topics,
      clock,
      logger,
      submit,
      publish: (message) => this.#broker.publish(message),
      drained: (client) => this.#broker.drained(client),
      names: () => this.announcer.names,
      mayRespondTo: (sender, topic) => this.#mayRespondTo(sender, topic),
    });
    this.#gate = new CommandGate(inbox, logger);
    const isOurs = (topic: string) => this.#isOurs(topic);
    this.#guards = new Guards({ limits, access: identities, isOurs, userOf: (id) => identities.userOf(id), clock, logger });
    const isAnew = (topic: string) => isOurs(topic) || this.announcer.retains(topic);
    const userOf = (clientId: string) => identities.ownerText(clientId);
    this.previews = new Previews({ topics: this.#topics, clock, publish: (message) => this.#broker.publish(message) });
    this.#durable = kept === null ? null : new Durable({ log: kept, limits, isOurs: isAnew, userOf, clock, logger });
    this.#broker = new Broker(
      {
        welcome: (client, login) => this.#access.welcome(client, login),
        admit: (client, packet, done, obstacle) => {
          const id = typeof client === 'string' ? client : client.id;
          this.#gate.admit({ id, account: identities.accountOf(client) }, packet, done, obstacle);
        },
        deliver: (client, packet) => this.#mayHear(client, packet),
        watchers: this.previews.watchers,
        responseInformation: (client) => this.#topics.response(client),
      },
      this.#guards,
      limits,
      logger,
      this.#durable,
    );
    this.#listeners = new Listeners({
      enter: (socket, address) => this.enter(socket, address),
      serve: (stream, address) => this.serve(stream, address),
      refused: (guard, address, why) => this.refused(guard, address, why),
    });
    this.announcer = new Announcer(
      this.#topics,
      clock,
      (message) => this.#broker.publish(message),
      (gap) => report('system.events_skipped', { ...gap }),
      () => this.#presence.connected,
    );
    this.#presence = new Presence({
      publish: (client, payload) => this.announcer.retain(this.#topics.presence(client), payload),
      joined: (client, protocol, user) => report('client.joined', { protocol, user }, client),
      left: (client) => report('client.left', {}, client),
      timestamp: () => new Date(clock.wallMs()).toISOString(),
    });
  }

  get connectedClients(): number {
    return this.#presence.connected;
  }

  get door(): Door {
    return this;
  }

  /** What the guards refused, by their names. */
  get guards(): Readonly<Record<string, number>> {
    return this.#guards.counts();
  }

  /** From here on messages can be published; nobody can connect yet. */
  async open(): Promise<void> {
    this.#broker.onClients(
      ({ id, version }) => this.#presence.arrive(id, version, this.#access.identities.userOf(id)),
      (id) => this.#presence.leave(id),
    );
    await this.#broker.open();
    this.#access.identities.remember(this.#durable?.owners ?? new Map());
    void this.announcer.status('online');
  }

  /** @throws Fault where an address cannot be listened on. */
  async listen(): Promise<readonly string[]> {
    await this.#broker.resume();
    const bound: string[] = [];
    for (const address of this.#config.listen) {
      const { host, port } = await this.#listeners.listen(address);
      if (this.#access.identities.isRequired && !isLoopback(host))
        this.#logger.warn({ listen: `${host}:${port}` }, 'passwords travel in the clear here: mqtt.listen_tls keeps them secret');
      bound.push(`${host}:${port}`);
    }
    for (const address of this.#config.listen_tls) {
      const { host, port } = await this.#listeners.listenTls(address, this.#certificates, this.#config.limits.connect_timeout * 1000);
      bound.push(`mqtts://${host}:${port}`);
    }
    return bound;
  }

  /** For connections that come in another way: whether there is room. @returns false where it was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean {
    return this.#broker.enter(connection, address);
  }

  /** Speaks MQTT on what was made of a connection that has entered. */
  serve(stream: Duplex, address: string): void {
    this.#broker.serve(stream, address);
  }

  /** Counts and logs somebody who was refused on such a way in. */
  refused(guard: GuardName, address: string, why: string): void {
    this.#guards.refused(guard, address, why);
  }

  announce(info: Record<string, unknown>, states: ReadonlyMap<string, ZoneState>, groups: Catalog['groups']): void {
    this.announcer.announce(info, states, groups);
    this.previews.take(states.keys());
  }

  hear(topic: string, listener: (payload: string) => void): void {
    this.#broker.hear(topic, listener);
  }

  reconfigure({ echo_events, access }: Config['mqtt']): void {
    this.#echoEvents = echo_events;
    this.#access.review(access);
  }

  reviewAccounts(): void {
    this.#access.review();
  }

  async stop(): Promise<void> {
    this.#presence.stop();
    this.#access.stop();
    this.#broker.hurry();
    this.previews.stop();
    await this.announcer.flush();
    await this.announcer.status('offline');
    const closed = this.#listeners.close();
    await this.#broker.stop();
    this.#listeners.endAll();
    await closed;
  }

  /** Never a topic of ours but the client's own: the daemon's word must not be put where it means something else. */
  #mayRespondTo({ id, account }: Sender, topic: string): boolean {
    if (id === null || this.#isOurs(topic)) return id !== null && topic === this.#topics.response(id);
    if (topic.startsWith('$') || topic.split('/').length > TOPIC_LEVELS) return false;
    const rights = this.#access.identities.rightsOf(id, account);
    return rights.mayRead(topic) && rights.mayWrite(topic);
  }

  #newAccess({ config, authenticator, clock, logger }: MqttParts): AccessControl {
    return new AccessControl({
      base: config.base_topic,
      rules: config.access,
      authenticator,
      clock,
      sessionsMost: config.limits.stored_sessions,
      isAway: (clientId) => this.#guards.isAway(clientId),
      judgeWill: (id, account, will) => this.#judgeWill(id, account, will),
      dismiss: (client, why) => this.#broker.dismiss(client, why),
      failed: (cause) => logger.error({ err: cause }, 'a login could not be checked'),
    });
  }

  #judgeWill(id: string, account: Account, will: Will): string | null {
    const { topic } = will;
    if (this.#isOurs(topic)) return this.#gate.foresee({ id, account }, will);
    const may = !topic.startsWith('$') && this.#access.identities.rightsOf(id, account).mayWrite(topic);
    return may ? null : `may not publish its will on ${topic}`;
  }

  #isOurs(topic: string): boolean {
    return this.#topics.read(topic).kind !== 'foreign';
  }

  /** No echo: an event is not delivered to the client that is its origin. */
  #mayHear(clientId: string, packet: AedesPublishPacket): boolean {
    if (this.#echoEvents || !packet.topic.startsWith(this.#topics.eventPrefix)) return true;
    return packet.properties?.userProperties?.['origin'] !== clientId;
  }
}
