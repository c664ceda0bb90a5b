/** A client's will (§3.1.3.2): aedes never sees it in the CONNECT, for it knows neither delay nor reason code 0x04. */
import type { ConnectPacket, PublishPacket } from 'aedes';
import type { InnerAedes, InnerClient } from './inside.ts';
import { expiryOf } from './outgoing.ts';
import { refusalOf } from './refusals.ts';

type AsRead = NonNullable<ConnectPacket['will']>;

export interface Will {
  readonly delay_s: number;
  readonly message: Pick<PublishPacket, 'topic' | 'payload' | 'qos' | 'retain'> & {
    readonly properties: Omit<NonNullable<AsRead['properties']>, 'willDelayInterval'>;
  };
}

/**
 * Of a CONNECT whose will has a delay: it is kept as long as its session, in memory and in the log, and by as many as there
 * are sessions. Room for names, a token and a will of 8 KiB; more is refused.
 */
export const WAITING_WILL_BYTES = 16_384;

/** Whether the will of a CONNECT may have to wait, and is too large for that. @param length of the packet. */
export function isTooLargeToWait({ will, properties }: ConnectPacket, length: number): boolean {
  const waits_s = Math.min(will?.properties?.willDelayInterval ?? 0, properties?.sessionExpiryInterval ?? 0);
  return waits_s > 0 && length > WAITING_WILL_BYTES;
}

export function readWill({ will }: ConnectPacket): Will | undefined {
  if (will === undefined) return undefined;
  const { willDelayInterval, ...properties } = will.properties ?? {};
  const { topic, qos, retain } = will;
  const payload = Buffer.from(will.payload); // not the chunk of bytes that it came in
  return { delay_s: willDelayInterval ?? 0, message: { topic, payload, qos: qos ?? 0, retain: retain ?? false, properties } };
}

/** Publishes it as its client, which may not say more by dying than it could alive. @param done once it is published or refused. */
export function publishWill(
  broker: InnerAedes,
  client: InnerClient,
  { message }: Will,
  now_ms: number,
  done: (published: boolean) => void,
): void {
  const packet = packetOf(message, now_ms);
  broker.authorizePublish(client, packet, (cause) => {
    if ((cause !== undefined && cause !== null) || refusalOf(packet) !== undefined) return done(false);
    broker.publish(packet, client, (failure) => done(failure === undefined || failure === null));
  });
}

/** The same for a client of an earlier process. @param authorize asks whether it may, and may sink the packet. */
export function publishEarlierWill(
  broker: InnerAedes,
  message: Will['message'],
  now_ms: number,
  authorize: (packet: PublishPacket, admitted: () => void) => void,
  done: (published: boolean) => void,
): void {
  const packet = packetOf(message, now_ms);
  authorize(packet, () => {
    if (refusalOf(packet) !== undefined) return done(false);
    broker.publish(packet, null, (failure) => done(failure === undefined || failure === null));
  });
}

function packetOf(message: Will['message'], now_ms: number): PublishPacket {
  return { cmd: 'publish', dup: false, ...message, properties: { ...message.properties }, ...expiryOf(message.properties, now_ms) };
}
