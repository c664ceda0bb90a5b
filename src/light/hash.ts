/** Chance without a state: the same numbers give the same hash on every machine. Integers only. */

/** Mixes 32 bits (C. Wellons, "Prospecting for Hash Functions", 2018: lowbias32). @returns 0 to 2^32 - 1. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The seed of whatever bears this name (FNV-1a, RFC 9923). @returns 0 to 2^32 - 1. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return mix(hash);
}
