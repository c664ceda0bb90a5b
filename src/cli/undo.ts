/** `diuna undo ZONE`: back to what the zone was before its last change. */
import { type ClientOptions, sendOne } from './client-command.ts';
import type { ExitCode } from './exit-codes.ts';
import { formatState } from './format.ts';

export function undo(zone: string, options: ClientOptions): Promise<ExitCode> {
  return sendOne(options, { type: 'history.undo', zone }, (state) => formatState(zone, state));
}
