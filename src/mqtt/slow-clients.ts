/**
 * Nobody waits for who does not read. Aedes takes a message for delivered once every receiver's socket has taken it, and
 * reads a sender's next packets only then: one receiver that stops reading would hold everybody who publishes what it
 * subscribed to, until it is given up on. Here a full socket counts as delivered; what waits in it is bounded, and so is
 * the time (aedes' drain timeout, which goes on).
 */
import type { Aedes, Client } from 'aedes';

/** Bytes that may wait for a client; past it the client is disconnected. */
const STUCK_CLIENT_BYTES = 8_388_608;

type Drained = (cause: Error | null, client: Client) => void;
/** Part of aedes' clients, which its types leave out. Called after a write that found the socket full. */
interface Draining {
  waitForDrain(callback: Drained): void;
}

export function passBySlowClients(aedes: Aedes): void {
  aedes.on('client', (client) => {
    const draining = client as Client & Draining;
    const startTimeout = draining.waitForDrain.bind(draining);
    draining.waitForDrain = (callback) => {
      const { conn } = client;
      if (conn.writableLength > STUCK_CLIENT_BYTES)
        conn.destroy(new Error(`${conn.writableLength} bytes wait for a client that does not read`));
      else startTimeout(() => undefined);
      setImmediate(callback, null, client);
    };
  });
}

/** Resolves when the client's socket takes more, or is gone. */
export async function untilDrained(aedes: Aedes, clientId: string): Promise<void> {
  const conn = clientsOf(aedes)[clientId]?.conn;
  if (conn === undefined || conn.destroyed || !conn.writableNeedDrain) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      conn.off('drain', done);
      conn.off('close', done);
      resolve();
    };
    conn.once('drain', done);
    conn.once('close', done);
  });
}

/** Part of aedes, which its types leave out. */
function clientsOf(aedes: Aedes): Readonly<Record<string, Client | undefined>> {
  return (aedes as Aedes & { readonly clients: Readonly<Record<string, Client | undefined>> }).clients;
}
