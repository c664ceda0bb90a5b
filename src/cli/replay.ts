/** `diuna replay`: events of the past, in order. */
import { asClient, type ClientOptions } from './client-command.ts';
import { parseJson } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatEvent, formatRefusal, toldEventSchema } from './format.ts';

export interface ReplayOptions extends ClientOptions {
  /** A seq or an event id. */
  readonly after: string;
  readonly zone?: string;
  readonly limit?: number;
}

export function replay(options: ReplayOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    await connection.listen(connection.topics.replay, (_topic, payload) => {
      const event = toldEventSchema.safeParse(parseJson(payload));
      if (event.success) output.result(formatEvent(event.data), event.data);
    });
    const { zone, limit } = options;
    const after = /^\d+$/.test(options.after) ? Number(options.after) : options.after;
    const filters = { ...(zone === undefined ? {} : { zone }), ...(limit === undefined ? {} : { limit }) };
    const { reply } = await connection.request({ type: 'events.replay', after, ...filters });
    if (!reply.ok) {
      output.note(formatRefusal(reply.error));
      return exitCodes.refused;
    }
    const { count = 0, last_seq: last = reply.seq, complete, reset } = reply;
    if (reset === true) output.note(`the journal does not reach back to ${options.after}: events are missing here (newest seq ${last})`);
    else if (complete === false) output.note(`${count} events; there are more: --after ${last}`);
    else output.note(`${count} events, up to seq ${last}`);
    return exitCodes.ok;
  });
}
