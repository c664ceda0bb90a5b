/** Packets as a client of version 3.1, 3.1.1 or 5 may send them, with all that 5 lets one say beside. Pure. */
import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet, QoS, UserProperties } from 'mqtt-packet';
import type { Random } from '../failure/support/random.ts';
import { chance, someBytes, someFilter, someId, somePayload, someTopic } from './words.ts';

export type Version = 3 | 4 | 5;

/** Who sends the packets of one stream. */
export interface Speaker {
  readonly random: Random;
  readonly version: Version;
  readonly id: string;
}

const names = ['key', '__proto__', 'constructor', 'toString', 'traceparent', ''] as const;

/** Each with one chance in two. */
function some<T extends object>(random: Random, all: T): Partial<T> {
  const kept: Partial<T> = { ...all };
  for (const key in all) if (chance(random, 50)) delete kept[key];
  return kept;
}

function userProperties(random: Random): UserProperties {
  // own keys, also where the name is __proto__
  return Object.fromEntries(
    Array.from({ length: 1 + random.integer(3) }, () => [random.pick(names), chance(random, 30) ? ['one', 'two'] : 'value']),
  );
}

function someQos(random: Random): QoS {
  return random.pick([0, 1, 2]);
}

export function speaker(random: Random): Speaker {
  const version = random.pick([4, 5, 5, 3] as const);
  const id = someId(random);
  return { random, version, id: id === '' && version === 3 ? 'fuzz-three' : id }; // 3.1 knows no empty id
}

export function connect({ random, version, id }: Speaker): IConnectPacket {
  const clean = id === '' || chance(random, 60);
  const will = {
    topic: someTopic(random, id) || 'fuzz/will',
    payload: somePayload(random),
    qos: someQos(random),
    retain: chance(random, 30),
  };
  const willProperties = () =>
    some(random, {
      willDelayInterval: random.pick([0, 1, 3600]),
      messageExpiryInterval: random.pick([0, 1, 100]),
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'fuzz/answer',
      correlationData: someBytes(random, 8),
      userProperties: userProperties(random),
    });
  const properties = () =>
    some(random, {
      sessionExpiryInterval: random.pick([0, 1, 60, 0xffffffff]),
      receiveMaximum: random.pick([1, 2, 65_535]),
      maximumPacketSize: random.pick([1, 20, 1000, 268_435_455]),
      topicAliasMaximum: random.pick([0, 1, 65_535]),
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: userProperties(random),
      ...(chance(random, 5) ? { authenticationMethod: 'SCRAM-SHA-1', authenticationData: someBytes(random, 10) } : {}),
    });
  return {
    cmd: 'connect',
    clientId: id,
    protocolVersion: version,
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    clean,
    keepalive: random.pick([0, 1, 60, 65_535]),
    ...(chance(random, 15) ? { username: 'somebody', password: someBytes(random, 6) } : {}),
    ...(chance(random, 30) ? { will: version === 5 ? { ...will, properties: willProperties() } : will } : {}),
    ...(version === 5 ? { properties: properties() } : {}),
  };
}

function publish({ random, version, id }: Speaker): IPublishPacket {
  const qos = someQos(random);
  const properties = () =>
    some(random, {
      payloadFormatIndicator: true,
      messageExpiryInterval: random.pick([0, 1, 100]),
      topicAlias: random.pick([1, 2, 10, 65_535]),
      responseTopic: someTopic(random, id) || 'fuzz/answer',
      correlationData: someBytes(random, 8),
      userProperties: userProperties(random),
      contentType: 'application/json',
    });
  return {
    cmd: 'publish',
    topic: someTopic(random, id) || (version === 5 ? '' : 'fuzz/empty'),
    payload: somePayload(random),
    qos,
    retain: chance(random, 25),
    dup: qos > 0 && chance(random, 10),
    ...(qos > 0 ? { messageId: 1 + random.integer(20) } : {}),
    ...(version === 5 ? { properties: properties() } : {}),
  };
}

function subscribe({ random, version, id }: Speaker): ISubscribePacket {
  const length = chance(random, 4) ? 100 : 1 + random.integer(4);
  const options = () => (version === 5 ? { nl: chance(random, 20), rap: chance(random, 50), rh: random.integer(3) } : {});
  const properties = { subscriptionIdentifier: random.pick([1, 127, 128, 268_435_455]), userProperties: userProperties(random) };
  return {
    cmd: 'subscribe',
    messageId: 1 + random.integer(20),
    subscriptions: Array.from({ length }, () => ({ topic: someFilter(random, id) || 'fuzz/#', qos: someQos(random), ...options() })),
    ...(version === 5 ? { properties: some(random, properties) } : {}),
  };
}

function acknowledgement({ random, version }: Speaker): Packet {
  const cmd = random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const);
  const said = { reasonCode: random.pick([0, 0, 0x92]), properties: some(random, { userProperties: userProperties(random) }) };
  return { cmd, messageId: 1 + random.integer(20), ...(version === 5 ? said : {}) };
}

function disconnect({ random, version }: Speaker): Packet {
  const properties = { sessionExpiryInterval: random.pick([0, 1, 3600]), userProperties: userProperties(random) };
  return version === 5
    ? { cmd: 'disconnect', reasonCode: random.pick([0, 4]), properties: some(random, properties) }
    : { cmd: 'disconnect' };
}

/** One packet of a client that is connected, or would be. */
export function anyPacket(from: Speaker): Packet {
  const { random, version, id } = from;
  switch (random.integer(16)) {
    case 0:
      return { cmd: 'pingreq' };
    case 1:
      return {
        cmd: 'unsubscribe',
        messageId: 1 + random.integer(20),
        unsubscriptions: [someFilter(random, id) || '#', someFilter(random, id) || '+'],
        ...(version === 5 ? { properties: { userProperties: userProperties(random) } } : {}),
      };
    case 2:
      return disconnect(from);
    case 3:
      return version === 5 ? { cmd: 'auth', reasonCode: random.pick([0, 0x18, 0x19]) } : { cmd: 'pingreq' };
    case 4:
      return chance(random, 20) ? connect(from) : { cmd: 'pingreq' };
    case 5:
    case 6:
    case 7:
      return acknowledgement(from);
    case 8:
    case 9:
    case 10:
      return subscribe(from);
    default:
      return publish(from);
  }
}
