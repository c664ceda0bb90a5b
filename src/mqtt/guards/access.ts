/**
 * Who may read what, asked when a client subscribes and again at each delivery: rights may have changed since, and a
 * session may be older than they are. Topics of the broker itself (`$…`) are an admin's, and never anybody's to write:
 * `$SYS` tells client ids and filters.
 */
export interface Access {
  isAdmin(clientId: string): boolean;
  maySubscribe(clientId: string, filter: string): boolean;
  mayRead(clientId: string, topic: string): boolean;
  /** Of topics that are not ours: what may be commanded is decided elsewhere. */
  mayWrite(clientId: string, topic: string): boolean;
}

/** Without users configured every client is local, and an admin. */
export const everybody: Access = { isAdmin: () => true, maySubscribe: () => true, mayRead: () => true, mayWrite: () => true };

export function maySubscribe(access: Access, clientId: string, filter: string): boolean {
  if (isBrokers(filter)) return isStatistics(filter) && access.isAdmin(clientId);
  return access.maySubscribe(clientId, filter);
}

export function mayRead(access: Access, clientId: string, topic: string): boolean {
  if (isBrokers(topic)) return isStatistics(topic) && access.isAdmin(clientId);
  return access.mayRead(clientId, topic);
}

/** `$share/…` too: shared subscriptions are not served, and must not be mistaken for a topic. */
function isBrokers(topic: string): boolean {
  return topic.startsWith('$');
}

/** Not where refused messages go. */
function isStatistics(topic: string): boolean {
  return topic.startsWith('$SYS/');
}
