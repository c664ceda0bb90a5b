/** `diuna get [ZONE]`: what the zones are meant to show. */
import { nearest } from '../base/nearest.ts';
import { ALL } from '../model/ids.ts';
import { asClient, type ClientOptions } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatRefusal, formatState, zonesOf } from './format.ts';

/** @param zone left out or `all`: every zone. */
export function get(zone: string | undefined, options: ClientOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request({ type: 'state.get' });
    if (!reply.ok) {
      if (output.json) output.result('', raw);
      else output.note(formatRefusal(reply));
      return exitCodes.refused;
    }
    const zones = zonesOf(reply.state) ?? [];
    if (zone === undefined || zone === ALL) {
      const text = zones.map(([id, state]) => formatState(id, state)).join('\n');
      output.result(text, { seq: reply.seq, event_id: reply.event_id, zones: Object.fromEntries(zones) });
      return exitCodes.ok;
    }
    const found = zones.find(([id]) => id === zone);
    if (found !== undefined) {
      output.result(formatState(zone, found[1]), found[1]);
      return exitCodes.ok;
    }
    const error = unknownZone(
      zone,
      zones.map(([id]) => id),
    );
    if (output.json) output.result('', { ok: false, error });
    else output.note(`refused (${error.code}): ${error.message}`);
    return exitCodes.refused;
  });
}

function unknownZone(zone: string, known: readonly string[]): { code: string; message: string; path: string } {
  const meant = nearest(zone, known);
  const hint = meant.length > 0 ? `did you mean ${meant.join(', ')}?` : `there are ${known.slice(0, 20).join(', ')}`;
  return { code: 'unknown_zone', message: `there is no zone ${JSON.stringify(zone)}; ${hint}`, path: 'zone' };
}
