/**
 * The one command that is sent everywhere: a colour that is the command's own number, so that a reply tells its command
 * by the request id and a frame by the bytes of its first LED (gamma is off in the measured daemon).
 */
export const COMMANDED_ZONE = 'floor';

export function commandTopic(client: string): string {
  return `diuna/client/${client}/command`;
}

export function commandText(index: number, ack: 'applied' | 'rendered'): string {
  const color = `#${index.toString(16).padStart(6, '0')}`;
  const wanted = ack === 'rendered' ? { ack } : {};
  return JSON.stringify({ request_id: `r-${index}`, type: 'zone.set_color', zone: COMMANDED_ZONE, color, transition: 0, ...wanted });
}

const requestId = /"request_id":"r-(\d+)"/;

/** @returns the command's number; 0 where the text answers none of ours. */
export function indexIn(text: string): number {
  return Number(requestId.exec(text)?.[1] ?? 0);
}
