/** `diuna watch`: every event as it happens, until interrupted. Comes back by itself when the daemon restarts. */
import { asClient, type ClientOptions } from './client-command.ts';
import { parseJson } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatEvent, toldEventSchema } from './format.ts';

export interface WatchOptions extends ClientOptions {
  readonly zone?: string;
  /** Ends after so many events. */
  readonly count?: number;
}

export function watch(options: WatchOptions): Promise<ExitCode> {
  const filter = options.zone === undefined ? `${options.baseTopic}/event/#` : `${options.baseTopic}/event/zone/${options.zone}/#`;
  return asClient(
    options,
    async (connection, output) => {
      let seen = 0;
      let last: number | null = null;
      connection.onLoss((connected) => {
        const missed = last === null ? '' : `; what happened meanwhile: diuna replay --after ${last}`;
        output.note(connected ? `connected again${missed}` : 'the connection was lost; waiting for the daemon');
      });
      await new Promise<void>((resolve, reject) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
        const show = (_topic: string, payload: Buffer) => {
          const event = toldEventSchema.safeParse(parseJson(payload));
          if (!event.success || (options.count !== undefined && seen >= options.count)) return;
          seen += 1;
          last = event.data.seq ?? last;
          output.result(formatEvent(event.data), event.data);
          if (seen === options.count) resolve();
        };
        connection.listen(filter, show).then(() => output.note(`watching ${filter}; end with Ctrl-C`), reject);
      });
      return exitCodes.ok;
    },
    true,
  );
}
