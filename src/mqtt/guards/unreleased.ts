/**
 * Messages of QoS 2 that came and were not released yet: all that is wanted of them is to know them again, should they be
 * sent once more [MQTT-4.3.3-2]. So of each the packet identifier is stored and nothing else, and of each session so many:
 * aedes counts them by connection, and forgets at the next one what the session has.
 */
import type { StoreParts } from './private-parts.ts';

/** What a burst of messages needs by default, and what clients of version 5 are told; past it the connection ends. Also aedes' own limit. */
export const UNRELEASED_MOST = 1000;

/** Takes the place of the store's own methods. What is left of an earlier process is not counted: at most as many again. */
export function guardUnreleased(store: StoreParts): void {
  const known = new Map<string, Set<number>>();
  const keep = store.incomingStorePacket.bind(store);
  store.incomingStorePacket = async (owner, { qos, messageId }) => {
    const ids = known.get(owner.id) ?? new Set<number>();
    if (messageId !== undefined && !ids.has(messageId)) {
      if (ids.size >= UNRELEASED_MOST) throw new Error(`${UNRELEASED_MOST} messages of QoS 2 wait for their release`);
      known.set(owner.id, ids.add(messageId));
    }
    return keep(owner, { cmd: 'publish', topic: '', payload: '', qos, messageId });
  };
  const release = store.incomingDelPacket.bind(store);
  store.incomingDelPacket = async (owner, packet) => {
    const ids = known.get(owner.id);
    if (packet.messageId !== undefined && ids?.delete(packet.messageId) === true && ids.size === 0) known.delete(owner.id);
    return release(owner, packet);
  };
  const clean = store.cleanIncoming?.bind(store);
  store.cleanIncoming = async (owner) => {
    known.delete(owner.id);
    return clean?.(owner);
  };
}
