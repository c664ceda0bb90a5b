/** Words a notice: an event that is told but not journalled. Pure. */
import type { Notice, NoticeType } from '../model/event.ts';

/** @param timestamp ISO 8601 UTC. @param client the client that it is about; `null` for the system. */
export function notice(
  type: NoticeType,
  payload: Readonly<Record<string, unknown>>,
  id: string,
  timestamp: string,
  client: string | null,
): Notice {
  return { id, type, timestamp, source: client === null ? 'system' : 'command', origin: client, trigger: null, request_id: null, payload };
}
