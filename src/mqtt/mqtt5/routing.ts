/**
 * How aedes delivers a live message to a client of version 5. Aedes takes the QoS, the retain flag and No Local of
 * whichever filter comes first; here all filters that match are asked before.
 */
import type { AedesPublishPacket } from 'aedes';
import type { Deliver, InnerClient } from './inside.ts';
import type { Layer } from './line.ts';
import { noteOf, withNote } from './outgoing.ts';
import type { Subscriptions } from './subscriptions.ts';

/** To be called before the client has a subscription. @returns the way for retained messages, which asks no filter. */
export function routeDeliveries(layer: Layer, client: InnerClient, subscriptions: Subscriptions): Deliver {
  const { deliver0, deliverQoS } = client;
  const direct: Deliver = (packet, done) => {
    keepQos(client, packet);
    deliverQoS(packet, done);
  };
  const route: Deliver = (packet, done) => {
    if (noteOf(packet)?.retained === 'stored') return deliver0(packet, done); // aedes' own way from `deliverQoS`
    packet.dup = false; // whatever its publisher said [MQTT-3.3.1-3]
    if (isLocal(client, packet)) {
      if (!subscriptions.wantsOwn(packet.topic)) layer.withhold(client, packet); // else it comes by another filter
      return void setImmediate(done);
    }
    if (packet.retain) {
      // Retain As Published [MQTT-3.3.1-13]; with the flag itself aedes would not keep count of the message
      packet.retain = false;
      packet.properties = withNote(packet.properties, { retained: 'live' });
    }
    if (packet.qos > 0) packet.qos = lower(packet.qos, subscriptions.grantedQos(packet.topic)); // [MQTT-3.3.4-2]
    if (packet.qos === 0) deliver0(packet, done);
    else direct(packet, done);
  };
  client.deliver0 = route;
  client.deliverQoS = route;
  return direct;
}

/** Aedes goes by the QoS of a filter that equals the topic, though another that matches may have a higher one. */
function keepQos({ subscriptions }: InnerClient, { topic, qos }: AedesPublishPacket): void {
  const exact = subscriptions[topic];
  if (exact !== undefined && exact.qos < qos) exact.qos = qos;
}

/** A message of the client's own by a filter with No Local [MQTT-3.8.3-3]. */
function isLocal({ id }: InnerClient, packet: AedesPublishPacket & { readonly nl?: boolean; readonly clientId?: string }): boolean {
  return packet.nl === true && packet.clientId === id;
}

function lower(published: 0 | 1 | 2, granted: 0 | 1 | 2 | undefined): 0 | 1 | 2 {
  return granted !== undefined && granted < published ? granted : published;
}
