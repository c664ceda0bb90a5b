/**
 * Nobody waits for who does not read. Aedes takes a message for delivered once every receiver's socket has taken it, and
 * reads a sender's next packets only then: one receiver that stops reading would hold everybody who publishes what it
 * subscribed to, until it is given up on. Here a full socket counts as delivered; what waits in it is bounded, and so is
 * the time (aedes' drain timeout, which goes on).
 */
import type { Aedes, Client } from 'aedes';

type Drained = (cause: Error | null, client: Client) => void;
/** Part of aedes' clients, which its types leave out. Called after a write that found the socket full. */
interface Draining {
  waitForDrain(callback: Drained): void;
}

/** @param stuckBytes may wait for a client; past it the client is disconnected. */
export function passBySlowClients(aedes: Aedes, stuckBytes: number): void {
  aedes.on('client', (client) => {
    const draining = client as Client & Draining;
    const startTimeout = draining.waitForDrain.bind(draining);
    draining.waitForDrain = (callback) => {
      const { conn } = client;
      if (conn.writableLength > stuckBytes) conn.destroy(new Error(`${conn.writableLength} bytes wait for a client that does not read`));
      else startTimeout(() => undefined);
      setImmediate(callback, null, client);
    };
  });
}

/** Resolves when the client's socket takes more, and what waits before it has gone too; or when the client is gone. */
export async function untilDrained(aedes: Aedes, clientId: string, waiting: (client: Client) => Promise<void>): Promise<void> {
  const client = clientsOf(aedes)[clientId];
  if (client === undefined) return;
  await waiting(client);
  const { conn } = client;
  if (conn.destroyed || !conn.writableNeedDrain) return;
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
