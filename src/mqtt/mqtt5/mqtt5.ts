/**
 * MQTT 5 on aedes 1.2.0, which speaks 3.1 and 3.1.1: packets are translated as objects, once read and once written.
 * Without shared subscriptions (0x9E) and enhanced authentication (0x8C). To go when a stable aedes 2 passes the tests.
 */
import type { Aedes, PublishPacket } from 'aedes';
import type { Result } from '../../base/result.ts';
import { readWhole } from '../whole-reads.ts';
import type { Connection } from './connection.ts';
import { type Counters, newCounters } from './counters.ts';
import { type Hooked, hook, hookConnect } from './hooks.ts';
import { type InnerClient, insideBroker } from './inside.ts';
import type { Layer } from './line.ts';
import { defaults, type Mqtt5Options } from './options.ts';
import { type Reason, reason } from './reason.ts';
import { replace } from './replace.ts';
import { Retained } from './retained.ts';
import { checkRoundTrip } from './self-check.ts';
import type { LeftSession } from './session-memory.ts';
import { Sessions } from './sessions.ts';
import { forgetMessage, mendForgetting, mendUpdating, wipeSession } from './store.ts';
import { grantSessionExpiry } from './terms.ts';
import { publishEarlierWill, publishWill, type Will } from './will.ts';

export interface Mqtt5 {
  /** A connection in process, there and back with a user property. Where that fails, version 5 is off. */
  selfCheck(): Promise<Result<undefined, string>>;
  /** Ends every connection of version 5; whoever comes is answered 0x84 from then on. */
  disable(): void;
  /** Takes over the sessions and retained messages of an earlier process, once messages can be published. */
  resume(sessions: readonly LeftSession[]): Promise<void>;
  /** Tells a client of version 5 why it has to go; whoever calls ends the connection. */
  bye(client: object, code: Reason, why: string): void;
  /** Somebody else has ended a session; one whose client is there goes on. */
  sessionPutOut(clientId: string): void;
  readonly counters: Readonly<Counters>;
  /** Sessions kept without their client, now. */
  readonly sessionsLeft: number;
}

/** To be called once `aedes.listen()` has resolved, for there is no store before. Ends with `aedes.close`. */
export function enableMqtt5(aedes: Aedes, given: Pick<Mqtt5Options, 'logger'> & Partial<Mqtt5Options>): Mqtt5 {
  const options = { ...defaults, ...given };
  const connections = new Map<object, Connection>();
  const trusted = new WeakSet<object>();
  const layer = newLayer(aedes, options, connections);
  const hooked: Hooked = { aedes, broker: layer.broker, layer, connections, isTrusted: (stream) => trusted.has(stream) };
  const { persistence } = layer.broker;
  const undo = [hook(hooked), layer.retained.intercept(), mendUpdating(persistence, (client) => connections.has(client), options.logger)];
  if (options.mendsForgetting) undo.push(mendForgetting(persistence, (packet) => layer.withheld.has(packet)));
  let isOff = false;
  hookConnect(hooked, () => isOff);

  function stop(code: Reason, why: string): void {
    if (isOff) return;
    isOff = true;
    layer.sessions.stop();
    for (const connection of connections.values()) connection.bye(code, why);
  }
  function release(): void {
    for (const back of undo.splice(0)) back();
  }

  replace(aedes, 'close', (next) => (done) => {
    stop(reason.serverShuttingDown, 'the server shuts down');
    next.call(aedes, () => {
      release();
      done?.();
    });
  });

  function disable(): void {
    stop(reason.implementationError, 'MQTT 5 is off');
    for (const { client } of [...connections.values()]) client.close();
    release();
  }

  function publishEarlier(clientId: string, message: Will['message']): void {
    const authorize = (packet: PublishPacket, admitted: () => void) => options.authorizeWill(clientId, packet, admitted);
    publishEarlierWill(layer.broker, message, options.wallMs(), authorize, (published) => {
      if (published) layer.counters.willsPublished += 1;
    });
  }

  return {
    disable,
    sessionPutOut: (clientId) => layer.sessions.putOut(clientId),
    bye: (client, code, why) => connections.get(client)?.bye(code, why),
    async resume(sessions) {
      if (isOff) return;
      for (const session of sessions) layer.sessions.resume(session, (message) => publishEarlier(session.clientId, message));
      await layer.retained.resume();
    },
    counters: layer.counters,
    get sessionsLeft() {
      return layer.sessions.left;
    },
    async selfCheck() {
      const result = await checkRoundTrip((stream) => {
        trusted.add(stream);
        readWhole(stream);
        aedes.handle(stream);
      });
      if (!result.ok) disable();
      return result;
    },
  };
}

function newLayer(aedes: Aedes, options: Mqtt5Options, connections: Map<object, Connection>): Layer {
  const broker = insideBroker(aedes);
  const { persistence } = broker;
  const { logger } = options;
  const counters = newCounters();
  const wipe = (clientId: string) => wipeSession(persistence, clientId);
  const removed = async (client: InnerClient, remove: () => Promise<unknown>) => {
    try {
      aedes.emit('ack', await remove(), client);
    } catch (cause) {
      logger.warn({ client: client.id, cause: String(cause) }, 'message could not be removed from the store');
    }
  };
  const end = async (clientId: string) => {
    try {
      await wipe(clientId);
    } catch (cause) {
      logger.warn({ client: clientId, cause: String(cause) }, 'session could not be removed from the store');
    }
    options.sessionEnded(clientId);
  };
  return {
    broker,
    options,
    counters,
    withheld: new WeakSet(),
    sessions: new Sessions(end, options.sessionsMaximum, counters, options.memory),
    retained: new Retained(persistence, options),
    authorizeSubscribe: aedes.authorizeSubscribe.bind(aedes),
    sessionExpiry_s: (asked_s) => grantSessionExpiry(asked_s, options),
    async closeOther(clientId) {
      const other = broker.clients[clientId];
      if (other === undefined) return;
      connections.get(other)?.bye(reason.sessionTakenOver, 'another connection with this client id');
      await new Promise<void>((resolve) => other.close(resolve));
    },
    wipe,
    finish: (client, messageId) => void removed(client, () => persistence.outgoingClearMessageId(client, { messageId })),
    withhold: (client, packet) => {
      if (!client.clean && packet.qos > 0) void removed(client, () => forgetMessage(persistence, client, packet));
    },
    publishWill: (client, will) =>
      publishWill(broker, client, will, options.wallMs(), (published) => {
        if (published) counters.willsPublished += 1;
      }),
    ended: (client) => connections.delete(client),
  };
}
