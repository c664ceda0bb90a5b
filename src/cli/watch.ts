/** `diuna watch`: every event as it happens, until interrupted. Comes back by itself when the daemon restarts. */
import { ALL } from '../model/ids.ts';
import { asClient, type ClientOptions, refuse } from './client-command.ts';
import { type Connection, parseJson } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatEvent, toldEventSchema, zonesOf } from './format.ts';
import { namedZones } from './known-zones.ts';
import type { Output } from './output.ts';

export interface WatchOptions extends ClientOptions {
  readonly zone?: string;
  /** Ends after so many events. */
  readonly count?: number;
}

export function watch(options: WatchOptions): Promise<ExitCode> {
  const { zone, baseTopic } = options;
  const events = `${baseTopic}/event`;
  const work = async (connection: Connection, output: Output) => {
    let filters = zone === undefined ? [`${events}/#`] : [`${events}/zone/#`];
    if (zone !== undefined && zone !== ALL) {
      const { reply, raw } = await connection.request({ type: 'state.get' });
      if (!reply.ok) return refuse(output, reply.error, raw);
      // Of a misspelt zone nothing would ever come.
      const named = await namedZones(connection, zonesOf(reply.state) ?? [], zone);
      if (!named.ok) return refuse(output, named.error);
      filters = named.value.map((id) => `${events}/zone/${id}/#`);
    }
    await showEvents(connection, output, filters, options.count);
    return exitCodes.ok;
  };
  return asClient(options, work, true);
}

/** Resolves after `count` events, or when the process is asked to end. @throws Unreachable where a login is good no more. */
async function showEvents(connection: Connection, output: Output, filters: readonly string[], count: number | undefined): Promise<void> {
  let seen = 0;
  let last: number | null = null;
  connection.onLoss((connected) => {
    const missed = last === null ? '' : `; what happened meanwhile: diuna replay --after ${last}`;
    output.note(connected ? `connected again${missed}` : 'the connection was lost; waiting for the daemon');
  });
  await new Promise<void>((resolve, reject) => {
    connection.onRefused(reject);
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    const show = (_topic: string, payload: Buffer) => {
      const event = toldEventSchema.safeParse(parseJson(payload));
      if (!event.success || (count !== undefined && seen >= count)) return;
      seen += 1;
      last = event.data.seq ?? last;
      output.result(formatEvent(event.data), event.data);
      if (seen === count) resolve();
    };
    const listening = Promise.all(filters.map((filter) => connection.listen(filter, show)));
    listening.then(() => output.note(`watching ${filters.join(', ')}; end with Ctrl-C`), reject);
  });
}
