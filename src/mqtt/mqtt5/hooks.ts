/** Where MQTT 5 takes hold of one broker: the functions of its gate, and where clients come and go. All can be undone. */
import type { Aedes, AedesPublishPacket, Client } from 'aedes';
import type { Connection } from './connection.ts';
import type { InnerAedes } from './inside.ts';
import { insideClient } from './inside.ts';
import type { Layer } from './line.ts';
import { disguise, open, refuse } from './opening.ts';
import { hasExpired } from './outgoing.ts';
import { reason } from './reason.ts';
import { refusalOf } from './refusals.ts';
import { replace } from './replace.ts';
import { interceptWrites } from './wire.ts';

export interface Hooked {
  readonly aedes: Aedes;
  readonly broker: InnerAedes;
  readonly layer: Layer;
  readonly connections: Map<object, Connection>;
  /** Whether this stream is our own, of the self-check. */
  readonly isTrusted: (stream: object) => boolean;
}

/** Answers a CONNECT of version 5, and goes on doing so where version 5 is `off`. */
export function hookConnect({ aedes, layer, connections, isTrusted }: Hooked, isOff: () => boolean): () => void {
  return replace(aedes, 'preConnect', (next) => (client, packet, done) => {
    if (packet.protocolVersion !== 5) return next.call(aedes, client, packet, done);
    if (isOff()) {
      refuse(layer, insideClient(client), { code: reason.unsupportedProtocolVersion, why: 'MQTT 5 is off' });
      return done(null, false);
    }
    const connection = open(layer, insideClient(client), packet, isTrusted(client.conn));
    if (connection === undefined) return done(null, false);
    connections.set(client, connection);
    const answer: typeof done = (cause, successful) => {
      disguise(packet, connection.terms);
      done(cause, successful);
    };
    if (connection.isTrusted) answer(null, true);
    else next.call(aedes, client, packet, answer);
  });
}

export function hook(hooked: Hooked): () => void {
  const undo = [interceptWrites(hooked.layer.options.writeOlder), ...gate(hooked), ...comings(hooked)];
  return () => {
    for (const back of undo) back();
  };
}

/** Clients of 3.1 and 3.1.1 go through as if nothing were here. */
function gate({ aedes, layer, connections }: Hooked): (() => void)[] {
  function expire(client: Client, packet: AedesPublishPacket): null {
    layer.counters.messagesExpired += 1; // [MQTT-3.3.2-5], for 3.1.1 too
    setImmediate(() => aedes.emit('ack', packet, client)); // it may have had a place among those under way
    return null;
  }
  return [
    replace(aedes, 'authorizePublish', (next) => (client, packet, done) => {
      const connection = client === null ? undefined : connections.get(client);
      if (connection === undefined) return next.call(aedes, client, packet, done);
      if (connection.isTrusted) return done(null);
      next.call(aedes, client, packet, (cause) => {
        const refusal = cause ? { code: reason.notAuthorized, why: cause.message } : refusalOf(packet);
        if (refusal === undefined) done(null);
        else connection.refuse(packet, refusal);
      });
    }),
    replace(aedes, 'authorizeSubscribe', (next) => (client, subscription, done) => {
      const connection = connections.get(client);
      if (connection === undefined) return next.call(aedes, client, subscription, done);
      if (connection.isTrusted || connection.isGranted(subscription)) {
        connection.subscriptions.set(subscription);
        return done(null, subscription);
      }
      // of a session that goes on, or of the program's own making
      next.call(aedes, client, subscription, (cause, allowed) => {
        if (cause || !allowed) return done(null, null);
        connection.subscriptions.set(allowed);
        done(null, allowed);
      });
    }),
    replace(aedes, 'authorizeForward', (next) => (client, packet) => {
      const connection = connections.get(client);
      if (connection?.isTrusted === true) return packet;
      const isOver = connection === undefined && hasExpired(packet, layer.options.wallMs()); // version 5 looks when it is sent
      const forwarded = isOver ? expire(client, packet) : next.call(aedes, client, packet);
      if (!forwarded) layer.withheld.add(packet);
      return forwarded;
    }),
  ];
}

function comings({ aedes, broker, layer, connections }: Hooked): (() => void)[] {
  const late = (client: Client) =>
    connections.get(client)?.bye(reason.keepAliveTimeout, 'nothing heard for one and a half times the keep alive'); // [MQTT-3.1.2-22]
  aedes.on('keepaliveTimeout', late);
  // not before aedes has noted it too, in this turn; nor when all that waited has gone, which takes acknowledgements
  const acknowledged = (_connack: unknown, client: Client) => void setImmediate(() => connections.get(client)?.start());
  aedes.on('connackSent', acknowledged);
  return [
    () => aedes.off('keepaliveTimeout', late),
    () => aedes.off('connackSent', acknowledged),
    replace(aedes, 'authenticate', (next) => (client, username, password, done) => {
      const connection = connections.get(client);
      if (connection === undefined) return next.call(aedes, client, username, password, done);
      const accept: typeof done = (cause, successful) => {
        if (cause && 'reasonCode' in cause && typeof cause.reasonCode === 'number') connection.bye(cause.reasonCode, cause.message);
        if (cause || successful !== true) return done(cause, successful);
        connection.accept().then(
          () => done(null, true),
          (failure: Error) => done(Object.assign(failure, { returnCode: 3 }), null), // server unavailable
        );
      };
      if (connection.isTrusted) accept(null, true);
      else next.call(aedes, client, username, password, accept);
    }),
    replace(broker, 'registerClient', (next) => (client) => {
      const other = broker.clients[client.id];
      if (other !== undefined) connections.get(other)?.bye(reason.sessionTakenOver, 'another connection with this client id');
      if (!connections.has(client)) layer.sessions.takeByOlder(client.id, client.clean);
      next.call(broker, client);
    }),
  ];
}
