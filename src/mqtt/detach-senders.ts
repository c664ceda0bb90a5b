/**
 * Who speaks does not wait for who listens. Aedes reads a client's next packets only once every receiver of the last one
 * has taken it, so that one receiver that stops reading holds everybody who publishes what it subscribed to, until it is
 * given up on. The acknowledgement is not concerned: aedes writes it before it hands the message on (QoS 1), or our gate
 * has called the message done by then (QoS 2).
 */
import type { Aedes, Client, PublishPacket } from 'aedes';

type Done = (cause?: Error | null) => void;
/** As aedes calls it for a client's message; its types name the form without a client alone. */
type Publish = (packet: PublishPacket, client: Client | Done | null, done?: Done) => void;

export function detachSenders(aedes: Aedes): void {
  const publish: Publish = aedes.publish.bind(aedes) as Publish;
  const detached: Publish = (packet, client, done) => {
    if (done === undefined || client === null || typeof client === 'function') return publish(packet, client, done);
    publish(packet, client, () => undefined);
    setImmediate(done);
  };
  Object.assign(aedes, { publish: detached });
}
