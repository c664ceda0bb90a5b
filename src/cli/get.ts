/** `diuna get [ZONE]`: what the zones are meant to show. */
import { ALL } from '../model/ids.ts';
import { asClient, type ClientOptions, refuse } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatState, formatStates, zonesOf } from './format.ts';
import { missingZone } from './known-zones.ts';

/** @param zone left out or `all`: every zone. */
export function get(zone: string | undefined, options: ClientOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request({ type: 'state.get' });
    if (!reply.ok) return refuse(output, reply.error, raw);
    const zones = zonesOf(reply.state) ?? [];
    if (zone === undefined || zone === ALL) {
      output.result(formatStates(zones), { seq: reply.seq, event_id: reply.event_id, zones: Object.fromEntries(zones) });
      return exitCodes.ok;
    }
    const error = missingZone(zones, zone);
    if (error !== null) return refuse(output, error);
    const state = new Map(zones).get(zone);
    output.result(formatState(zone, state), state);
    return exitCodes.ok;
  });
}
