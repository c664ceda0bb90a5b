/**
 * Who sent a message, as far as another broker lets us know: the owner of the client's topic, because that broker lets nobody else
 * publish there; nobody known on the topics that all share. Pure.
 */
import { local } from '../../core/access/account.ts';
import { decodeClientId, type Topics } from '../../model/topics.ts';
import type { Sender } from '../inbox.ts';

/** Beyond it a topic is nobody's. */
const TOPIC_BYTES = 512;

/** A client's topic that is not spelled as its id is has no owner, and is refused. */
export function senderOf(topics: Topics, topic: string): Sender {
  const inbound = topics.read(topic);
  return { id: inbound.kind === 'command' ? decodeClientId(inbound.client) : null, account: local };
}

/** Never on a topic of ours but the client's own. Whether we may publish elsewhere the broker decides. */
export function mayRespondTo(topics: Topics, { id }: Sender, topic: string): boolean {
  if (topics.read(topic).kind !== 'foreign') return id !== null && topic === topics.response(id);
  return topic !== '' && !topic.startsWith('$') && !/[+#\0]/.test(topic) && topic.length <= TOPIC_BYTES;
}
