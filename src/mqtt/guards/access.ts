/**
 * Who may read what, asked when a client subscribes and again at each delivery: rights may have changed since, and a
 * session may be older than they are. Topics of the broker itself (`$…`) are an admin's, and never anybody's to write:
 * `$SYS` tells client ids and filters.
 */
import type { Client } from 'aedes';

export interface Access {
  isAdmin(client: Client): boolean;
  maySubscribe(client: Client, filter: string): boolean;
  mayRead(client: Client, topic: string): boolean;
  /** Of topics that are not ours: what may be commanded is decided elsewhere. @param client the id of one of an earlier process. */
  mayWrite(client: Client | string, topic: string): boolean;
  /** Whether a message may wait for a client, which may be away; it is judged again when it is delivered. */
  mayKeep(clientId: string, topic: string): boolean;
}

/** Without users configured every client is local, and an admin. */
export const everybody: Access = {
  isAdmin: () => true,
  maySubscribe: () => true,
  mayRead: () => true,
  mayWrite: () => true,
  mayKeep: () => true,
};

export function maySubscribe(access: Access, client: Client, filter: string): boolean {
  if (isBrokers(filter)) return isStatistics(filter) && access.isAdmin(client);
  return access.maySubscribe(client, filter);
}

export function mayRead(access: Access, client: Client, topic: string): boolean {
  if (isBrokers(topic)) return isStatistics(topic) && access.isAdmin(client);
  return access.mayRead(client, topic);
}

export function mayKeep(access: Access, clientId: string, topic: string): boolean {
  return isBrokers(topic) ? isStatistics(topic) : access.mayKeep(clientId, topic);
}

/** `$share/…` too: shared subscriptions are not served, and must not be mistaken for a topic. */
function isBrokers(topic: string): boolean {
  return topic.startsWith('$');
}

/** Not where refused messages go. */
function isStatistics(topic: string): boolean {
  return topic.startsWith('$SYS/');
}
