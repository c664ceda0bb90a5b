/** All attacks, in the order in which docs/security.md tells of them. */
import type { Attack } from './attack.ts';
import { deniedFilter, statistics } from './rows/access.ts';
import { manyConnections, silentConnections } from './rows/connections.ts';
import { emptyId, malformedText } from './rows/malformed.ts';
import { frozenSubscriber, messageFlood, quiet, unacknowledged } from './rows/messages.ts';
import { eightUnfinished, manyFilters, oneHuge } from './rows/packets.ts';
import { queuedMessages, retainedTopics, storedSessions } from './rows/quotas.ts';
import { webSocket } from './rows/web-socket.ts';

export const attacks: readonly Attack[] = [
  quiet,
  frozenSubscriber,
  manyFilters,
  deniedFilter,
  oneHuge,
  eightUnfinished,
  silentConnections,
  manyConnections,
  retainedTopics,
  storedSessions,
  queuedMessages,
  unacknowledged,
  messageFlood,
  statistics,
  malformedText,
  emptyId,
  webSocket,
];
