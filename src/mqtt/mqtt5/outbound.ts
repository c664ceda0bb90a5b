/** From aedes to the client: packets of 3.1.1 as objects become packets of version 5. */
import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { Line } from './line.ts';
import { hasExpired, noteOf, type Outgoing, type Properties } from './outgoing.ts';
import { reason } from './reason.ts';
import { SendWindow } from './send-window.ts';
import { AliasesOut } from './topic-aliases.ts';
import { encode } from './wire.ts';

type Loss = 'messagesExpired' | 'messagesTooLarge' | 'messagesDropped';

export class Outbound {
  readonly #line: Line;
  readonly #aliases: AliasesOut;
  readonly #window: SendWindow;

  constructor(line: Line) {
    const { terms, layer } = line;
    this.#line = line;
    this.#aliases = new AliasesOut(terms.topicAliasMaximum);
    this.#window = new SendWindow(
      { underWay: terms.sendMaximum, waiting: layer.options.waitingMaximum, waitingBytes: layer.options.waitingBytesMaximum },
      (packet) => this.#lose(packet, 'messagesDropped'),
    );
  }

  /** Whether the client has been sent a message of this packet identifier and has not finished it. */
  isUnderWay(messageId: number): boolean {
    return this.#window.isUnderWay(messageId);
  }

  /** The client has finished a message; others may go. */
  finish(messageId: number): void {
    this.#window.leave(messageId);
    for (let next = this.#window.take(); next !== undefined; next = this.#window.take()) this.publish(next);
  }

  /** @returns false where the stream wants to be drained first. */
  publish(packet: Outgoing): boolean {
    if (hasExpired(packet, this.#line.layer.options.wallMs())) return this.#lose(packet, 'messagesExpired'); // [MQTT-3.3.2-5]
    if (packet.qos > 0 && packet.messageId !== undefined && !this.#window.enter(packet, packet.messageId)) return true;
    const spoken = this.#aliases.say(packet.topic);
    const out = this.#translate(packet, spoken.topic, spoken.alias);
    if (!this.#isTooLarge(out)) return this.#line.write(out);
    if (spoken.topic !== '') this.#aliases.unsay(packet.topic);
    return this.#lose(packet, 'messagesTooLarge'); // as if it had been sent [MQTT-3.1.2-25]
  }

  /** An acknowledgement of aedes' is always good news. */
  acknowledge(cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', messageId: number | undefined): boolean {
    return messageId === undefined || this.#line.write({ cmd, messageId, reasonCode: reason.success });
  }

  #translate(packet: Outgoing, topic: string, alias: number | undefined): IPublishPacket {
    const note = noteOf(packet);
    const { subscriptions } = this.#line;
    const properties: Properties = { ...packet.properties };
    delete properties.subscriptionIdentifier;
    if (alias !== undefined) properties.topicAlias = alias;
    if (packet.messageExpiry !== undefined)
      properties.messageExpiryInterval = Math.max(0, Math.ceil((packet.messageExpiry - this.#line.layer.options.wallMs()) / 1000));
    const identifiers = note?.retained === 'stored' ? [note.identifier] : subscriptions.identifiers(packet.topic);
    const known = identifiers.filter((identifier) => identifier !== undefined);
    if (known.length > 0) properties.subscriptionIdentifier = known; // [MQTT-3.3.4-3]
    const qos = this.#qos(packet);
    return {
      cmd: 'publish',
      topic,
      payload: packet.payload,
      qos,
      // without a note it comes from the session's queue, which keeps the flag as published
      retain: note !== undefined || (packet.retain && subscriptions.wantsAsPublished(packet.topic)),
      dup: packet.dup && qos > 0,
      ...(packet.messageId === undefined ? {} : { messageId: packet.messageId }),
      properties,
    };
  }

  /** The session's queue keeps messages at the QoS they were published with. */
  #qos({ qos, topic }: Outgoing): 0 | 1 | 2 {
    if (qos !== 2) return qos;
    return this.#line.subscriptions.grantedQos(topic) === 1 ? 1 : 2;
  }

  #isTooLarge(packet: Packet): boolean {
    const { maximumPacketSize } = this.#line.terms;
    return maximumPacketSize > 0 && encode(packet).length > maximumPacketSize;
  }

  /** The message is over for this client, in its session too. */
  #lose({ qos, messageId }: Outgoing, loss: Loss): true {
    const { layer, client } = this.#line;
    layer.counters[loss] += 1;
    if (qos === 0 || messageId === undefined) return true;
    this.#window.leave(messageId);
    layer.finish(client, messageId);
    return true;
  }
}
