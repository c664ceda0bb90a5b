/** Which previews a filter means: those of every zone, or that of one. Pure. */

/** Every zone's. */
export const EVERY = Symbol('every zone');
export type Meant = string | typeof EVERY;

/** @param room the topic that the zones' previews lie below. @returns `null` where it means none. */
export function meantBy(filter: string, room: string): Meant | null {
  const levels = filter.split('/');
  const above = room.split('/');
  for (const [index, name] of above.entries()) {
    const level = levels[index];
    if (level === '#') return EVERY;
    if (level !== '+' && level !== name) return null;
  }
  const [zone, ...more] = levels.slice(above.length);
  if (zone === undefined || zone === '#') return zone === undefined ? null : EVERY;
  // a filter that ends in "/#" means the level above it, too [MQTT-4.7.1-2]
  if (more.length > 1 || (more.length === 1 && more[0] !== '#')) return null;
  return zone === '+' ? EVERY : zone;
}
