/** From the client to aedes: packets of version 5 are checked, and become what aedes makes of 3.1.1. */
import type { IDisconnectPacket, IPublishPacket, Packet } from 'mqtt-packet';
import type { Line } from './line.ts';
import type { Outbound } from './outbound.ts';
import { expiryOf } from './outgoing.ts';
import { mistakeIn } from './properties.ts';
import { isFailure, reason } from './reason.ts';
import type { Subscribing } from './subscribing.ts';
import { isTopicName } from './topic.ts';
import { AliasesIn } from './topic-aliases.ts';

export class Inbound {
  readonly #line: Line;
  readonly #outbound: Outbound;
  readonly #subscribing: Subscribing;
  readonly #goodbye: (packet: IDisconnectPacket) => void;
  readonly #aliases: AliasesIn;
  /** Messages of QoS 2 that the client has not released. Those of QoS 1 are acknowledged as they come: nothing is kept of them. */
  readonly #unreleased = new Set<number>();

  constructor(line: Line, outbound: Outbound, subscribing: Subscribing, goodbye: (packet: IDisconnectPacket) => void) {
    this.#line = line;
    this.#outbound = outbound;
    this.#subscribing = subscribing;
    this.#goodbye = goodbye;
    this.#aliases = new AliasesIn(line.layer.options.topicAliasMaximum);
  }

  receive(packet: Packet): void {
    const properties = 'properties' in packet ? packet.properties : undefined;
    const mistake = mistakeIn(packet.cmd, properties);
    if (mistake !== undefined && packet.cmd !== 'auth')
      return void this.#line.fail(mistake, `a property of the ${packet.cmd.toUpperCase()} is wrong`);
    switch (packet.cmd) {
      case 'publish':
        return this.#publish(packet);
      case 'subscribe':
        return this.#subscribing.subscribe(packet);
      case 'unsubscribe':
        return this.#subscribing.unsubscribe(packet);
      case 'pubrel':
        if (packet.messageId !== undefined) this.#unreleased.delete(packet.messageId);
        return this.#line.pass(packet);
      case 'pubrec':
        return this.#received(packet);
      case 'puback':
      case 'pubcomp':
        return this.#finished(packet);
      case 'disconnect':
        return this.#goodbye(packet);
      case 'pingreq':
        return this.#line.pass(packet);
      case 'connect': // [MQTT-3.1.0-2]
      case 'auth':
      case 'connack':
      case 'suback':
      case 'unsuback':
      case 'pingresp':
        return void this.#line.fail(reason.protocolError, `a ${packet.cmd.toUpperCase()} does not belong here`);
    }
  }

  /** A message was refused: the client owes nothing more for it. */
  forget(messageId: number): void {
    this.#unreleased.delete(messageId);
  }

  #publish(packet: IPublishPacket): void {
    const { layer } = this.#line;
    const { topicAlias, ...properties } = packet.properties ?? {};
    if (topicAlias !== undefined) {
      const topic = this.#aliases.resolve(topicAlias, packet.topic);
      if (topic === undefined) return void this.#line.fail(reason.topicAliasInvalid, `topic alias ${topicAlias}`);
      packet.topic = topic;
    }
    if (packet.topic === '') return void this.#line.fail(reason.protocolError, 'neither topic nor alias');
    if (!isTopicName(packet.topic, layer.broker.maxTopicLevels))
      return void this.#line.fail(reason.topicNameInvalid, 'not a topic to publish on');
    const { responseTopic } = properties;
    if (responseTopic !== undefined && !isTopicName(responseTopic, Number.POSITIVE_INFINITY))
      // [MQTT-3.3.2-14]
      return void this.#line.fail(reason.topicNameInvalid, 'not a topic to respond to');
    if (packet.qos > 0 && !packet.messageId) return void this.#line.fail(reason.protocolError, 'a PUBLISH without packet identifier'); // [MQTT-2.2.1-3]
    if (packet.qos === 2 && !this.#hasRoom(packet))
      return void this.#line.fail(reason.receiveMaximumExceeded, 'too many messages of QoS 2'); // [MQTT-3.3.4-7]
    if (packet.properties !== undefined) packet.properties = properties;
    this.#line.pass(Object.assign(packet, expiryOf(properties, layer.options.wallMs())));
  }

  #hasRoom({ messageId }: IPublishPacket): boolean {
    if (messageId !== undefined) this.#unreleased.add(messageId);
    return this.#unreleased.size <= this.#line.layer.options.receiveMaximum;
  }

  #received(packet: Packet & { cmd: 'pubrec'; reasonCode?: number }): void {
    const { messageId, reasonCode } = packet;
    if (messageId === undefined) return;
    if (isFailure(reasonCode)) return this.#finished({ ...packet, cmd: 'puback' }); // the exchange ends here (§4.3.3)
    if (this.#outbound.isUnderWay(messageId)) return this.#line.pass(packet);
    this.#line.write({ cmd: 'pubrel', messageId, reasonCode: reason.packetIdentifierNotFound });
  }

  #finished(packet: Packet & { cmd: 'puback' | 'pubcomp' }): void {
    this.#line.pass(packet);
    if (packet.messageId !== undefined) this.#outbound.finish(packet.messageId);
  }
}
