/** `diuna get [ZONE]`: what the zones are meant to show. */
import { ALL } from '../model/ids.ts';
import { asClient, type ClientOptions, refuse } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatState, formatStates, zonesOf } from './format.ts';
import { namedZones } from './known-zones.ts';

/** @param zone or a group: each of its zones; left out: every zone. */
export function get(zone: string = ALL, options: ClientOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request({ type: 'state.get' });
    if (!reply.ok) return refuse(output, reply.error, raw);
    const zones = zonesOf(reply.state) ?? [];
    const states = new Map(zones);
    const named = await namedZones(connection, zones, zone);
    if (!named.ok) return refuse(output, named.error);
    const state = states.get(zone);
    const meant = zones.filter(([id]) => named.value.includes(id));
    if (state !== undefined) output.result(formatState(zone, state), state);
    else output.result(formatStates(meant), { seq: reply.seq, event_id: reply.event_id, zones: Object.fromEntries(meant) });
    return exitCodes.ok;
  });
}
