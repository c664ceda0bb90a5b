/** The MQTT room's face: the embedded broker with our topics on it. Built once; `start` listens, `stop` says goodbye. */
import type { AedesPublishPacket } from 'aedes';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Report } from '../engine/ports.ts';
import type { Submission } from '../engine/submission.ts';
import type { Address } from '../model/config.ts';
import type { MqttLimits } from '../model/config-limits.ts';
import type { ZoneState } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { Announcer } from './announcer.ts';
import { Broker } from './broker.ts';
import { everybody } from './guards/access.ts';
import { Guards } from './guards/guards.ts';
import { Inbox } from './inbox.ts';
import { Presence } from './presence.ts';

export interface MqttParts {
  readonly baseTopic: string;
  readonly echoEvents: boolean;
  readonly limits: MqttLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly submit: (submission: Submission) => void;
  readonly report: Report;
}

/** Protocol levels as the CONNECT packet names them: 3 is MQTT 3.1, 4 is 3.1.1. */
type ProtocolLevel = number;

export class MqttService {
  readonly announcer: Announcer;
  readonly #topics: Topics;
  readonly #broker: Broker;
  readonly #guards: Guards;
  readonly #presence: Presence;
  #echoEvents: boolean;

  constructor({ baseTopic, echoEvents, limits, clock, logger, submit, report }: MqttParts) {
    this.#topics = new Topics(baseTopic);
    this.#echoEvents = echoEvents;
    const inbox = new Inbox({
      topics: this.#topics,
      clock,
      logger,
      submit,
      publish: (message) => this.#broker.publish(message),
      drained: (client) => this.#broker.drained(client),
    });
    const isOurs = (topic: string) => this.#topics.read(topic).kind !== 'foreign';
    this.#guards = new Guards({ limits, access: everybody, isOurs, clock, logger });
    this.#broker = new Broker(
      {
        admit: (client, packet, done, obstacle) => inbox.admit(client, packet, done, obstacle),
        deliver: (client, packet) => this.#mayHear(client, packet),
      },
      this.#guards,
      limits,
      logger,
    );
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
    this.#retain(this.#topics.status, 'online');
  }

  /** @throws Fault where an address cannot be listened on. @returns the addresses with the ports that were taken. */
  listen(addresses: readonly Address[]): Promise<readonly Address[]> {
    return this.#broker.listen(addresses);
  }

  /** Publishes what there is to command and every zone's state: at start, and when the config changed. */
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
    await this.#broker.stop();
  }

  /** No echo: an event is not delivered to the client that is its origin. */
  #mayHear(clientId: string, packet: AedesPublishPacket): boolean {
    if (this.#echoEvents || !packet.topic.startsWith(this.#topics.eventPrefix)) return true;
    return packet.properties?.userProperties?.['origin'] !== clientId;
  }

  #retain(topic: string, payload: string): void {
    void this.#broker.publish({ topic, payload, qos: 1, retain: true });
  }
}
