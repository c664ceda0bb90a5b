/** A session's part in aedes' store: how it ends there, and two mends of how aedes keeps it. */
import type { Logger } from '../../base/logger.ts';
import type { Persistence } from './inside.ts';
import { replace } from './replace.ts';

/** Above every packet identifier of the protocol: for messages that never got one. */
const LOWEST = 65_536;
const HIGHEST = 2_000_000_000;
let last = LOWEST;

function newIdentifier(): number {
  last = last < HIGHEST ? last + 1 : LOWEST;
  return last;
}

/** Subscriptions, messages that came and messages that wait: nothing of the session is left. */
export async function wipeSession(persistence: Persistence, id: string): Promise<void> {
  const client = { id };
  await persistence.cleanSubscriptions(client);
  await persistence.cleanIncoming?.(client);
  for await (const packet of persistence.outgoingStream(client)) {
    if (packet.messageId === undefined) await forgetMessage(persistence, client, packet);
    else await persistence.outgoingClearMessageId(client, packet);
  }
}

/** Takes one message out of a session's queue that has no packet identifier there: it gets one first. */
export async function forgetMessage(persistence: Persistence, client: { readonly id: string }, packet: object): Promise<unknown> {
  const known = { ...packet, messageId: newIdentifier() };
  try {
    await persistence.outgoingUpdate(client, known);
  } catch (cause) {
    if (cause instanceof Error) return undefined; // it is not there
    throw cause;
  }
  return persistence.outgoingClearMessageId(client, known);
}

/**
 * A message that a client is not given, aedes takes out of the session by its packet identifier, before it has one, and so
 * takes out another that has none yet. It does so also where only the second of two filters that match was not served.
 * @param isWithheld whether the client is not to have a message at all.
 */
export function mendForgetting(persistence: Persistence, isWithheld: (packet: object) => boolean): () => void {
  return replace(persistence, 'outgoingClearMessageId', (next) => (client, packet) => {
    if (packet.messageId !== undefined) return next.call(persistence, client, packet);
    return isWithheld(packet) ? forgetMessage(persistence, client, packet) : Promise.resolve(undefined);
  });
}

/**
 * A message or release that is not in the store (retained messages never are) makes aedes close the connection. Here it
 * is sent, and will not be sent again.
 * @param isOurs whether a client speaks version 5; others go on as they were.
 */
export function mendUpdating(persistence: Persistence, isOurs: (client: object) => boolean, logger: Logger): () => void {
  return replace(persistence, 'outgoingUpdate', (next) => (client, packet) => {
    const updated = next.call(persistence, client, packet);
    if (!isOurs(client)) return updated;
    return updated.catch((cause: unknown) =>
      logger.debug({ client: client.id, cause: String(cause) }, 'message sent without being stored'),
    );
  });
}
