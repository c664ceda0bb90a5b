/** Whether an account may give a command (roles of the access model). Pure. */
import type { Command } from '../../model/command.ts';
import { ALL } from '../../model/ids.ts';
import { type Refusal, refusal } from '../../model/refusal.ts';
import { memberIds, type ZoneNames } from '../zone-names.ts';
import type { Account } from './account.ts';

/**
 * A controller of some zones may command a group, or `all`, where each of its zones is one of those.
 * @param names what there is to command now: what a name means may change at a reload, and a token outlives it.
 * @returns why not, or `null`.
 */
export function mayCommand({ role, zones }: Account, command: Command, names: ZoneNames<object>): Refusal | null {
  if (role === 'admin') return null;
  if (command.type === 'state.get' || command.type === 'events.replay' || command.type === 'system.ping') return null;
  if (role === 'viewer')
    return refusal('forbidden', `a viewer may only look: state.get, events.replay and system.ping; got ${command.type}`);
  if (command.type === 'system.restart') return refusal('forbidden', 'system.restart is for admins alone, got a controller');
  if (zones === null) return null;
  const commands = command.type === 'batch' ? command.commands : [command];
  for (const { type, ...rest } of commands) {
    const zone = 'zone' in rest && rest.zone !== undefined ? rest.zone : ALL;
    const members = memberIds(names, zone) ?? [zone];
    if (members.length === 0 || !members.every((member) => zones.has(member)))
      return refusal('forbidden', `this controller may command ${[...zones].join(', ')}; got ${type} of ${zone}`);
  }
  return null;
}
