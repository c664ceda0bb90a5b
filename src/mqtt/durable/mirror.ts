/**
 * Hears of everything that aedes' store is given, and has it in the log a moment later. Memory stays the authority: nothing
 * waits for the log. To be put around the store's own methods before anybody else is, so that only what was let in is kept.
 */
import type { StoreParts } from '../guards/private-parts.ts';
import type { KeptLog } from './kept-log.ts';
import { keys } from './keys.ts';
import { type Message, messageText } from './message-text.ts';
import type { SessionBook } from './session-book.ts';
import type { WaitingMessages } from './waiting-messages.ts';

export interface MirrorParts {
  readonly log: KeptLog;
  readonly book: SessionBook;
  readonly waiting: WaitingMessages;
  /** Topics whose retained messages are published anew at each start, and so are not written. */
  readonly isOurs: (topic: string) => boolean;
}

/** A retained message, as it is written. */
export class RetainedRecord {
  readonly #message: Message;

  constructor(message: Message) {
    this.#message = message;
  }

  toJSON(): object {
    return messageText(this.#message);
  }
}

export function mirror(store: StoreParts, { log, book, waiting, isOurs }: MirrorParts): void {
  mirrorRetained(store, log, isOurs);
  mirrorSessions(store, book);
  mirrorWaiting(store, book, waiting);
}

function mirrorRetained(store: StoreParts, log: KeptLog, isOurs: (topic: string) => boolean): void {
  const storeRetained = store.storeRetained.bind(store);
  store.storeRetained = async (packet) => {
    await storeRetained(packet);
    if (isOurs(packet.topic)) return;
    if (packet.payload.length === 0) log.remove(keys.retained(packet.topic));
    else log.put(keys.retained(packet.topic), new RetainedRecord({ ...packet, retain: true }));
  };
}

function mirrorSessions(store: StoreParts, book: SessionBook): void {
  const add = store.addSubscriptions.bind(store);
  store.addSubscriptions = async (client, subscriptions) => {
    await add(client, subscriptions);
    book.subscribed(client.id, subscriptions);
  };
  const remove = store.removeSubscriptions.bind(store);
  store.removeSubscriptions = async (client, topics) => {
    await remove(client, topics);
    book.unsubscribed(client.id, topics);
  };
  const clean = store.cleanSubscriptions.bind(store);
  store.cleanSubscriptions = async (client) => {
    await clean(client);
    book.unsubscribedAll(client.id);
  };
  const arrive = store.incomingStorePacket.bind(store);
  store.incomingStorePacket = async (client, packet) => {
    await arrive(client, packet);
    if (packet.messageId !== undefined) book.arrived(client.id, packet.messageId);
  };
  const release = store.incomingDelPacket.bind(store);
  store.incomingDelPacket = async (client, packet) => {
    await release(client, packet);
    if (packet.messageId !== undefined) book.releasedArrival(client.id, packet.messageId);
  };
  const cleanIncoming = store.cleanIncoming?.bind(store);
  store.cleanIncoming = async (client) => {
    await cleanIncoming?.(client);
    book.cleanArrived(client.id);
  };
}

function mirrorWaiting(store: StoreParts, book: SessionBook, waiting: WaitingMessages): void {
  const enqueueEach = store.outgoingEnqueueCombi.bind(store);
  store.outgoingEnqueueCombi = async (subscriptions, packet) => {
    await enqueueEach(subscriptions, packet);
    waiting.add(
      packet,
      subscriptions.map(({ clientId }) => clientId).filter((clientId) => book.has(clientId)),
    );
  };
  const enqueue = store.outgoingEnqueue.bind(store);
  store.outgoingEnqueue = async (subscription, packet) => {
    await enqueue(subscription, packet);
    if (book.has(subscription.clientId)) waiting.add(packet, [subscription.clientId]);
  };
  const update = store.outgoingUpdate.bind(store);
  store.outgoingUpdate = async (client, packet) => {
    const updated = await update(client, packet);
    waiting.update(client.id, packet);
    return updated;
  };
  const clear = store.outgoingClearMessageId.bind(store);
  store.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet);
    if (cleared !== undefined) waiting.removed(client.id, cleared);
    return cleared;
  };
}
