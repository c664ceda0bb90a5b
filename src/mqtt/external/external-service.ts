/**
 * The MQTT room as a client of another broker. On the wire it is what the embedded broker is, but for what only a broker can do:
 * it knows the sender of a command by its topic alone, holds back no echo, tells of nobody's presence and limits nobody.
 */
import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { Report } from '../../engine/ports.ts';
import { Topics } from '../../model/topics.ts';
import { Announcer } from '../announcer.ts';
import type { MqttParts } from '../embedded-service.ts';
import type { Skipped } from '../event-queue.ts';
import { Inbox, isRestart } from '../inbox.ts';
import type { MqttRoom } from '../mqtt-room.ts';
import { Sparing } from '../sparing.ts';
import { Arrivals } from './arrivals.ts';
import { CredentialFiles } from './credentials.ts';
import { Denials } from './denials.ts';
import { incomingOf } from './incoming.ts';
import { Keeper } from './keeper.ts';
import type { Link, Session } from './link.ts';
import { Outbox } from './outbox.ts';
import { mayRespondTo, senderOf } from './senders.ts';
import { commandFilters, deniedFilters, subscribePacket } from './subscriptions.ts';
import { unusedSettings } from './unused-settings.ts';

/** Events on their way at once are this many: those that a lost connection may make the broker hear of twice. */
const EVENTS_AT_ONCE = 16;
/** What `EventQueue` divides to get there. */
const RECEIVERS = 256 / EVENTS_AT_ONCE;
/** At a stop: how long the broker may take to hear the last of us, and to let us go. */
const LAST_WORDS_MS = 1000;
/** A broker that does not answer a SUBSCRIBE by then is left. */
const SUBACK_MS = 10_000;
const GOODBYE_MS = 500;
const TOO_LARGE = 'raise max_packet_size in the broker; home_assistant.enabled: false does without the largest message';

export type ExternalParts = Pick<MqttParts, 'config' | 'clock' | 'logger' | 'submit' | 'report' | 'authenticator'>;

export class ExternalService implements MqttRoom {
  readonly announcer: Announcer;
  readonly connectedClients = null;
  readonly guards = {};
  readonly #parts: ExternalParts;
  readonly #topics: Topics;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #arrivals: Arrivals;
  readonly #keeper: Keeper;
  readonly #url: string;
  readonly #report: Report;
  /** Topics that are not ours, and who listens there. */
  readonly #heard = new Map<string, (payload: string) => void>();
  readonly #denials: Denials;
  readonly #sparing = new Sparing();
  #link: Link | null = null;
  #links = 0;
  /** Of a connection that has not been subscribed yet. */
  #session: Session | null = null;
  #silence: NodeJS.Timeout | undefined;
  #skipped: Skipped | null = null;
  #isHeld = false;

  constructor(parts: ExternalParts) {
    const { config, clock, logger, submit, report } = parts;
    this.#parts = parts;
    this.#report = report;
    this.#url = config.broker_url ?? '';
    const topics = new Topics(config.base_topic);
    this.#topics = topics;
    this.#denials = new Denials(topics, logger);
    this.#outbox = new Outbox(
      {
        denied: (topic, code) => this.#denials.tell(topic, code),
        tooLarge: (topic, bytes) => logger.error({ topic, bytes, cure: TOO_LARGE }, 'a message is larger than the broker takes'),
        givenUp: () => this.#tellGivenUp(),
      },
      Math.random,
    );
    this.#inbox = new Inbox({
      topics,
      clock,
      logger,
      submit,
      publish: (message) => this.#outbox.publish(message, 'word'),
      drained: () => this.#outbox.drained(),
      names: () => this.announcer.names,
      mayRespondTo: (sender, topic) => mayRespondTo(topics, sender, topic),
    });
    this.announcer = new Announcer(
      topics,
      clock,
      (message) => this.#outbox.publish(message, message.topic.startsWith(`${topics.eventPrefix}zone/`) ? 'event' : 'word'),
      (gap) => this.#skip(gap),
      () => RECEIVERS,
    );
    this.#arrivals = new Arrivals({ take: (packet, done) => this.#take(packet, done), send: (packet) => this.#link?.send(packet) });
    this.#keeper = this.#buildKeeper();
  }

  get link(): number | null {
    return this.#link === null || this.#session !== null ? null : this.#links;
  }

  /** Nothing to open: what is published waits. */
  open(): Promise<void> {
    void this.announcer.status('online');
    return Promise.resolve();
  }

  /** Does not wait for the broker: the lights do not either. */
  listen(): Promise<readonly string[]> {
    const { config, logger, authenticator } = this.#parts;
    const settings = unusedSettings(config, authenticator.isRequired);
    if (settings.length > 0) logger.info({ settings }, 'these settings do nothing while mqtt.broker_url is set: the broker has its own');
    this.#keeper.start();
    return Promise.resolve([this.#url]);
  }

  announce(...told: Parameters<MqttRoom['announce']>): void {
    this.announcer.announce(...told);
  }

  hear(topic: string, listener: (payload: string) => void): void {
    this.#heard.set(topic, listener);
  }

  /** Another broker does not know whose an event is, and has its own rules of access. */
  reconfigure(): void {}

  /** Nor has it our users. */
  reviewAccounts(): void {}

  /** Not acknowledged, a command stays with the broker, which sends it again at our next start. */
  hold(): void {
    this.#isHeld = true;
  }

  /** The will is not published after a goodbye: `offline` is said before. */
  async stop(): Promise<void> {
    await this.announcer.flush();
    if (this.#link !== null) {
      void this.announcer.status('offline');
      await Promise.race([this.#outbox.emptied(), new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref())]);
    }
    await this.#keeper.stop(GOODBYE_MS);
    this.#outbox.close();
  }

  #buildKeeper(): Keeper {
    const { config, clock, logger } = this.#parts;
    const files = new CredentialFiles(config.broker, logger);
    return new Keeper({
      settings: {
        url: this.#url,
        clientId: config.broker.client_id,
        will: { topic: this.#topics.status, payload: 'offline', qos: 1, retain: true },
      },
      newest: config.broker.protocol === '5' ? 5 : 4,
      credentials: () => files.read(),
      clock,
      logger,
      up: (link, session) => this.#up(link, session),
      packet: (packet) => this.#hear(packet),
      drain: () => this.#outbox.drain(),
      down: () => this.#down(),
      lost: (facts) => this.#report('system.broker_lost', facts),
      found: (facts) => this.#report('system.broker_found', facts),
    });
  }

  #up(link: Link, session: Session): void {
    this.#link = link;
    this.#denials.forget();
    this.#arrivals.connected(session.present);
    this.#session = session;
    link.send(subscribePacket(this.#filters(), session.version, this.#outbox.spareId()));
    this.#silence = setTimeout(() => link.cut(), SUBACK_MS);
  }

  /** Commands come in from here on: only now are we online. */
  #subscribed(granted: readonly unknown[]): void {
    const [link, session] = [this.#link, this.#session];
    if (link === null || session === null) return;
    clearTimeout(this.#silence);
    this.#session = null;
    this.#links += 1;
    for (const filter of deniedFilters(this.#filters(), granted)) this.#denials.tell(filter, 0x80);
    this.#outbox.up(link, session);
    this.#parts.logger.info({ granted }, 'commands come in');
    const dropped = this.#outbox.takeDropped();
    if (dropped > 0) this.#parts.logger.warn({ dropped }, 'replies and notices were given up while the broker was away');
    if (this.#skipped !== null) this.#report('system.events_skipped', { ...this.#skipped });
    this.#skipped = null;
  }

  #down(): void {
    clearTimeout(this.#silence);
    this.#link = null;
    this.#session = null;
    this.#arrivals.disconnected();
    this.#outbox.down();
  }

  #hear(packet: Packet): void {
    if (packet.cmd === 'publish') this.#arrivals.publish(packet);
    else if (packet.cmd === 'pubrel') this.#arrivals.released(packet.messageId ?? 0);
    else if (packet.cmd === 'puback' || packet.cmd === 'pubrec' || packet.cmd === 'pubcomp') this.#outbox.acknowledged(packet);
    else if (packet.cmd === 'suback') this.#subscribed(packet.granted);
  }

  #filters(): readonly string[] {
    return [...commandFilters(this.#topics), ...this.#heard.keys()];
  }

  #take(packet: IPublishPacket, done: () => void): void {
    const { topic, retain } = packet;
    const listener = this.#heard.get(topic);
    if (listener !== undefined) {
      if (!retain) listener(packet.payload.toString());
      return done();
    }
    if (retain) {
      this.#parts.logger.warn(
        { topic, cure: `mosquitto_pub -r -n -t '${topic}'` },
        'a retained command is ignored: commands are said once',
      );
      return done();
    }
    const sender = senderOf(this.#topics, topic);
    const incoming = incomingOf(packet, this.#parts.clock.wallMs());
    const read = this.#inbox.read(sender, incoming, null);
    if (read.kind === 'foreign') return done(); // asked for by a run with another base topic
    if (this.#isHeld && packet.qos > 0 && !isRestart(read.request)) return;
    this.#inbox.submit(sender, incoming, read.request, done);
  }

  /** While the broker is away the gaps are one. */
  #skip(gap: Skipped): void {
    if (this.#link !== null) return this.#report('system.events_skipped', { ...gap });
    const { count = 0, after = gap.after } = this.#skipped ?? {};
    this.#skipped = { count: count + gap.count, after, until: gap.until };
  }

  #tellGivenUp(): void {
    this.#sparing.say('given up', (unsaid) =>
      this.#parts.logger.warn(unsaid, 'the broker takes replies and notices too slowly: of those that wait the oldest are given up'),
    );
  }
}
