/** Words a notice: an event that is told but not journalled. Pure. */
import { knobTrigger, type Notice, type NoticeType } from '../model/event.ts';

/** @param timestamp ISO 8601 UTC. @param subject the client or knob that it is about; `null` for the system. */
export function notice(
  type: NoticeType,
  payload: Readonly<Record<string, unknown>>,
  id: string,
  timestamp: string,
  subject: string | null,
): Notice {
  return { id, type, timestamp, ...provenance(type, subject), request_id: null, payload };
}

function provenance(type: NoticeType, subject: string | null): Pick<Notice, 'source' | 'origin' | 'trigger'> {
  if (subject === null) return { source: 'system', origin: null, trigger: null };
  if (type.startsWith('knob.')) return { source: 'hardware', origin: null, trigger: knobTrigger(subject) };
  return { source: 'command', origin: subject, trigger: null };
}
