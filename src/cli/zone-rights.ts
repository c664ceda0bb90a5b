/** Which roles have zones of their own, and how they are shown: only a controller commands some zones and not others. */
import type { Role } from '../model/config-access.ts';

/** @returns what is wrong where zones are given to a role for which they mean nothing, or `null`. */
export function needlessZones(role: Role, zones: readonly string[] | null): string | null {
  if (zones === null || role === 'controller') return null;
  const may = role === 'admin' ? 'an admin commands every zone' : 'a viewer commands none';
  return `--zones is for the role controller: ${may}; nothing was changed`;
}

export function zonesText(role: Role, zones: readonly string[] | null): string {
  return role === 'controller' ? (zones?.join(',') ?? 'all zones') : '–';
}
