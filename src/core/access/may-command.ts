/** Whether an account may give a command (roles of the access model). Pure. */
import type { Command } from '../../model/command.ts';
import { type Refusal, refusal } from '../../model/refusal.ts';
import type { Account } from './account.ts';

/** @returns why not, or `null`. */
export function mayCommand({ role, zones }: Account, command: Command): Refusal | null {
  if (role === 'admin') return null;
  if (command.type === 'state.get' || command.type === 'events.replay' || command.type === 'system.ping') return null;
  if (role === 'viewer')
    return refusal('forbidden', `a viewer may only look: state.get, events.replay and system.ping; got ${command.type}`);
  if (zones === null) return null;
  const commands = command.type === 'batch' ? command.commands : [command];
  for (const { type, ...rest } of commands) {
    const zone = 'zone' in rest && rest.zone !== undefined ? rest.zone : 'all';
    if (!zones.has(zone)) return refusal('forbidden', `this controller may command ${[...zones].join(', ')}; got ${type} of ${zone}`);
  }
  return null;
}
