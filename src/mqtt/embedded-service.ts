/** The MQTT room with the broker inside: who comes in, our topics on it, and who is there. */
import type { Duplex } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Report } from '../engine/ports.ts';
import type { Submission } from '../engine/submission.ts';
import type { Config } from '../model/config.ts';
import type { ZoneState } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { Identities } from './access/identities.ts';
import { Announcer } from './announcer.ts';
import { Broker } from './broker.ts';
import { CommandGate } from './command-gate.ts';
import { Guards } from './guards/guards.ts';
import { TOPIC_LEVELS } from './guards/shape.ts';
import { Inbox, type Sender } from './inbox.ts';
import { Listeners } from './listeners.ts';
import { jsonMessage } from './message.ts';
import type { MqttRoom } from './mqtt-room.ts';
import { Presence } from './presence.ts';

export interface MqttParts {
  readonly config: Config['mqtt'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly submit: (submission: Submission) => void;
  readonly report: Report;
}

/** Protocol levels as the CONNECT packet names them: 3 is MQTT 3.1, 4 is 3.1.1. */
type ProtocolLevel = number;

export class EmbeddedService implements MqttRoom {
  readonly announcer: Announcer;
  readonly #config: Config['mqtt'];
  readonly #topics: Topics;
  readonly #identities: Identities;
  readonly #broker: Broker;
  readonly #guards: Guards;
  readonly #listeners: Listeners;
  readonly #presence: Presence;
  #echoEvents: boolean;

  constructor({ config, clock, logger, submit, report }: MqttParts) {
    const { limits } = config;
    this.#config = config;
    this.#topics = new Topics(config.base_topic);
    this.#echoEvents = config.echo_events;
    this.#identities = new Identities();
    const inbox = new Inbox({
      topics: this.#topics,
      clock,
      logger,
      submit,
      publish: (message) => this.#broker.publish(message),
      drained: (client) => this.#broker.drained(client),
      mayRespondTo: (sender, topic) => this.#mayRespondTo(sender, topic),
    });
    const gate = new CommandGate(inbox, logger);
    const isOurs = (topic: string) => this.#isOurs(topic);
    this.#guards = new Guards({ limits, access: this.#identities.access, isOurs, clock, logger });
    this.#broker = new Broker(
      {
        admit: (id, packet, done, obstacle) => gate.admit({ id, account: this.#identities.accountOf(id) }, packet, done, obstacle),
        deliver: (client, packet) => this.#mayHear(client, packet),
        responseInformation: (client) => this.#topics.response(client),
      },
      this.#guards,
      limits,
      logger,
    );
    this.#listeners = new Listeners((socket, address) => {
      if (this.#broker.enter(socket, address)) this.#broker.serve(socket, address);
    });
    this.announcer = new Announcer(
      this.#topics,
      clock,
      (message) => this.#broker.publish(message),
      (gap) => report('system.events_skipped', { ...gap }),
      () => this.#presence.connected,
    );
    this.#presence = new Presence({
      publish: (client, payload) => this.#retain(this.#topics.presence(client), payload),
      joined: (client, protocol: ProtocolLevel) => report('client.joined', { protocol }, client),
      left: (client) => report('client.left', {}, client),
      timestamp: () => new Date(clock.wallMs()).toISOString(),
    });
  }

  get connectedClients(): number {
    return this.#presence.connected;
  }

  /** What the guards refused, by their names. */
  get guards(): Readonly<Record<string, number>> {
    return this.#guards.counts();
  }

  /** From here on messages can be published; nobody can connect yet. */
  async open(): Promise<void> {
    this.#broker.onClients(
      ({ id, version }) => this.#presence.arrive(id, version),
      (id) => this.#presence.leave(id),
    );
    await this.#broker.open();
    void this.#broker.publish({ topic: this.#topics.status, payload: 'online', qos: 1, retain: true });
  }

  /** @throws Fault where an address cannot be listened on. */
  async listen(): Promise<readonly string[]> {
    const bound: string[] = [];
    for (const address of this.#config.listen) {
      const { host, port } = await this.#listeners.listen(address);
      bound.push(`${host}:${port}`);
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

  announce(info: Record<string, unknown>, states: ReadonlyMap<string, ZoneState>): void {
    this.#retain(this.#topics.info, JSON.stringify(info));
    this.announcer.resetStates(states);
  }

  tellSystemState(state: Record<string, unknown>): void {
    this.#retain(this.#topics.systemState, JSON.stringify(state));
  }

  setEchoEvents(echo: boolean): void {
    this.#echoEvents = echo;
  }

  async stop(): Promise<void> {
    this.#presence.stop();
    await this.announcer.flush();
    await this.#broker.publish({ topic: this.#topics.status, payload: 'offline', qos: 1, retain: true });
    const closed = this.#listeners.close();
    await this.#broker.stop();
    await closed;
  }

  /** Never a topic of ours but the client's own: the daemon's word must not be put where it means something else. */
  #mayRespondTo({ id }: Sender, topic: string): boolean {
    if (id === null || this.#isOurs(topic)) return id !== null && topic === this.#topics.response(id);
    const { access } = this.#identities;
    return !topic.startsWith('$') && topic.split('/').length <= TOPIC_LEVELS && access.mayRead(id, topic) && access.mayWrite(id, topic);
  }

  #isOurs(topic: string): boolean {
    return this.#topics.read(topic).kind !== 'foreign';
  }

  /** No echo: an event is not delivered to the client that is its origin. */
  #mayHear(clientId: string, packet: AedesPublishPacket): boolean {
    if (this.#echoEvents || !packet.topic.startsWith(this.#topics.eventPrefix)) return true;
    return packet.properties?.userProperties?.['origin'] !== clientId;
  }

  #retain(topic: string, payload: string): void {
    void this.#broker.publish(payload === '' ? { topic, payload, qos: 1, retain: true } : jsonMessage(topic, payload, 1, true));
  }
}
