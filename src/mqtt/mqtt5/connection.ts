/** One connection of version 5, from its CONNECT to its end: who it is, what it is told, and which session it leaves. */
import type { AedesPublishPacket, Subscription } from 'aedes';
import type { IConnackPacket, IDisconnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import { Inbound } from './inbound.ts';
import type { Deliver, InnerClient, ParserInside } from './inside.ts';
import type { Layer, Line } from './line.ts';
import { Outbound } from './outbound.ts';
import { limitPacketSize } from './packet-size.ts';
import { lastWords, linger } from './parting.ts';
import { connackReason, reason } from './reason.ts';
import type { Refusal } from './refusals.ts';
import { routeDeliveries } from './routing.ts';
import type { Holder } from './sessions.ts';
import { Subscribing } from './subscribing.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Terms } from './terms.ts';
import { claim, type Outlet, VERSION_5, write } from './wire.ts';

/** A client with a smaller packet size is told codes only. */
const ROOM_FOR_WORDS = 256;

export class Connection implements Line, Holder, Outlet {
  readonly layer: Layer;
  readonly client: InnerClient;
  readonly terms: Terms;
  readonly subscriptions = new Subscriptions();
  /** Our own, of the self-check: nobody is asked whether it may. */
  readonly isTrusted: boolean;
  sessionExpiry_s: number;
  readonly #deliver: Deliver;
  readonly #subscribing: Subscribing;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #enqueue: (packet: Packet) => void;
  /** What came before the CONNACK was sent. */
  #early: Packet[] | undefined = [];
  #state: 'connecting' | 'accepted' | 'acknowledged' | 'gone' = 'connecting';
  #isHolder = false;
  #saidGoodbye = false;
  #sessionPresent = false;

  /** Takes over from aedes what its client reads and writes. */
  constructor(layer: Layer, client: InnerClient, terms: Terms, isTrusted: boolean) {
    this.layer = layer;
    this.client = client;
    this.terms = terms;
    this.isTrusted = isTrusted;
    this.sessionExpiry_s = terms.sessionExpiry_s;
    this.#deliver = routeDeliveries(layer, client, this.subscriptions);
    this.#subscribing = new Subscribing(this);
    this.#outbound = new Outbound(this);
    this.#inbound = new Inbound(this, this.#outbound, this.#subscribing, (packet) => this.#goodbye(packet));
    const [enqueue] = client._parser.listeners('packet');
    if (enqueue === undefined) throw new TypeError('aedes listens to no packets');
    this.#enqueue = enqueue;
    this.#listen();
  }

  get clientId(): string {
    return this.terms.clientId;
  }

  get cleanStart(): boolean {
    return this.terms.cleanStart;
  }

  get isStored(): boolean {
    return !this.client.clean;
  }

  /** The client is who it says; the session is its own before aedes looks for one. */
  async accept(): Promise<void> {
    const { layer, client, terms } = this;
    if (client.closed || client.conn.destroyed) return;
    client.version = 5;
    client.clean = terms.cleanStart && terms.sessionExpiry_s === 0; // else aedes keeps a session
    this.#state = 'accepted';
    this.#isHolder = true;
    layer.counters.accepted += 1;
    layer.counters.connected += 1;
    const { known, over } = layer.sessions.take(this);
    await layer.closeOther(client.id);
    await layer.sessions.settled(client.id);
    if (over || (terms.cleanStart && !client.clean)) await layer.wipe(client.id); // [MQTT-3.1.2-4]
    this.#sessionPresent = known && !terms.cleanStart;
  }

  /** What aedes writes. */
  send(packet: Packet): boolean {
    if (this.#state === 'gone') return true;
    switch (packet.cmd) {
      case 'connack':
        return this.#acknowledge(packet);
      case 'publish':
        return this.#outbound.publish(packet);
      case 'suback':
        return packet.messageId === undefined || this.#subscribing.acknowledge(packet.messageId);
      case 'unsuback':
        return packet.messageId === undefined || this.#subscribing.acknowledgeEnd(packet.messageId);
      case 'puback':
      case 'pubrec':
      case 'pubrel':
      case 'pubcomp':
        return this.#outbound.acknowledge(packet.cmd, packet.messageId);
      default:
        return this.write(packet);
    }
  }

  write(packet: Packet): boolean {
    return this.#state === 'gone' || write(packet, this.client.conn);
  }

  pass(packet: Packet): void {
    if (!this.client.closed) this.#enqueue.call(this.client._parser, packet);
  }

  deliver(packet: AedesPublishPacket, done: () => void): void {
    this.#deliver(packet, done);
  }

  authorizeSubscribe(subscription: Subscription, done: (allowed: Subscription | undefined) => void): void {
    if (this.isTrusted) return done(subscription);
    this.layer.authorizeSubscribe(this.client, subscription, (cause, allowed) => done(cause || !allowed ? undefined : allowed));
  }

  isGranted(subscription: Subscription): boolean {
    return this.#subscribing.isGranted(subscription);
  }

  /** The gate refuses a message; the connection goes on. */
  refuse({ qos, messageId }: IPublishPacket, { code, why }: Refusal): void {
    this.layer.counters.publishesRefused += 1;
    if (qos > 0 && messageId !== undefined) {
      this.#inbound.forget(messageId);
      this.write({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode: code, ...this.explain(why) });
    }
    this.client._nextBatch();
  }

  explain(why: string): { readonly properties?: { readonly reasonString: string } } {
    return why !== '' && this.terms.problemInformation && this.#hasRoomForWords() ? { properties: { reasonString: why } } : {};
  }

  fail(code: number, why: string, cause = new Error(why)): true {
    if (this.#state === 'gone') return true;
    this.bye(code, why);
    linger(this.client, this.layer.options.linger_ms);
    this.layer.broker.emit('clientError', this.client, cause); // as aedes does
    return true;
  }

  /** Tells the client that it has to go; whoever calls ends the connection. */
  bye(reasonCode: number, why: string): void {
    if (this.#state === 'gone') return;
    const cmd = this.#state === 'acknowledged' ? 'disconnect' : 'connack';
    this.#state = 'gone';
    const properties = this.#hasRoomForWords() ? { properties: { reasonString: why } } : {}; // may always be said [MQTT-3.1.2-29]
    const said =
      cmd === 'disconnect'
        ? lastWords(this.client.conn, { cmd, reasonCode, ...properties })
        : lastWords(this.client.conn, { cmd, reasonCode, sessionPresent: false, ...properties });
    if (!said) return;
    this.layer.counters[cmd === 'disconnect' ? 'disconnectsSent' : 'connectsRefused'] += 1;
    this.layer.options.logger.debug({ client: this.clientId, code: reasonCode, why }, 'client told to go');
  }

  #listen(): void {
    const { client, layer } = this;
    const parser = client._parser;
    parser.settings = VERSION_5;
    parser.off('packet', this.#enqueue);
    parser.on('packet', (packet) => this.#receive(packet));
    parser.removeAllListeners('error');
    parser.on('error', (cause) => this.fail(codeOf(cause), cause.message, cause)); // [MQTT-4.13.1-1]
    limitPacketSize(parser, layer.options.maximumPacketSize, () => this.fail(reason.packetTooLarge, 'larger than the maximum packet size'));
    client.prependListener('error', (cause: Error) => this.bye(reason.unspecified, cause.message));
    client.conn.once('close', () => this.#ended());
    claim(client.conn, this);
  }

  #receive(packet: Packet): void {
    if (this.#state === 'gone') return;
    if (overran(this.client._parser)) return void this.fail(reason.malformedPacket, 'a packet shorter than what it says it holds');
    if (this.#early === undefined) return this.#inbound.receive(packet);
    if (this.#early.length < this.layer.broker.queueLimit) this.#early.push(packet);
    else this.fail(reason.quotaExceeded, 'too much before the CONNACK');
  }

  /** The CONNACK is out: what the client has said meanwhile counts, acknowledgements of what waited for it among that. */
  start(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const packet of early) if (this.#state !== 'gone') this.#inbound.receive(packet);
  }

  #acknowledge({ returnCode = 0, sessionPresent }: IConnackPacket): boolean {
    if (returnCode === 0) {
      this.#state = 'acknowledged';
      return this.write({
        cmd: 'connack',
        reasonCode: reason.success,
        sessionPresent: this.#sessionPresent || sessionPresent,
        properties: this.terms.granted,
      });
    }
    this.bye(connackReason(returnCode), 'refused');
    return true;
  }

  #goodbye(packet: IDisconnectPacket): void {
    const { length = 0, reasonCode, properties } = packet; // mqtt-packet reads on behind a short one
    const expiry_s = length < 2 ? undefined : properties?.sessionExpiryInterval;
    if (expiry_s !== undefined) {
      if (expiry_s > 0 && this.terms.sessionExpiry_s === 0) return void this.fail(reason.protocolError, 'a session that was to end'); // [MQTT-3.1.2-23]
      this.sessionExpiry_s = this.layer.sessionExpiry_s(expiry_s);
    }
    this.#saidGoodbye = length < 1 || reasonCode === reason.success; // 0x04 asks for the will [MQTT-3.14.4-3]
    this.pass(packet);
  }

  #ended(): void {
    this.#state = 'gone';
    const { layer, client, terms } = this;
    layer.ended(client);
    if (!this.#isHolder) return;
    layer.counters.connected -= 1;
    const { will } = terms;
    const isLast = will !== undefined && !this.#saidGoodbye; // [MQTT-3.1.2-8] [MQTT-3.1.2-10]
    layer.sessions.leave(this, isLast ? { ...will, publish: () => layer.publishWill(client, will) } : undefined);
  }

  #hasRoomForWords(): boolean {
    const { maximumPacketSize } = this.terms; // [MQTT-3.14.2-3]
    return maximumPacketSize === 0 || maximumPacketSize >= ROOM_FOR_WORDS;
  }
}

/** Whether mqtt-packet has read past the end of its packet. It does not count what a short DISCONNECT leaves out. */
function overran({ packet, _pos }: ParserInside): boolean {
  return packet.cmd !== 'disconnect' && _pos > packet.length;
}

/** A guard before the decoder may say a code of its own. */
function codeOf(cause: Error): number {
  return 'reasonCode' in cause && typeof cause.reasonCode === 'number' ? cause.reasonCode : reason.malformedPacket;
}
