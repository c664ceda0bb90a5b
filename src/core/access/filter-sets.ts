/**
 * Topic filters as sets of topics [MQTT-4.7]: whether a topic is in one, what two have in common, whether one holds all of
 * another. Filters and topics come as their levels. Topics that begin with `$` are not meant by any of this.
 */
export type Levels = readonly string[];

export function isIn(topic: Levels, filter: Levels): boolean {
  for (let at = 0; at < filter.length; at += 1) {
    const level = filter[at];
    if (level === '#') return true; // also the parent level
    if (at >= topic.length || (level !== '+' && level !== topic[at])) return false;
  }
  return filter.length === topic.length;
}

/** @returns the filter for what both mean, or `null` where that is nothing. */
export function intersection(a: Levels, b: Levels): Levels | null {
  const common: string[] = [];
  for (let at = 0; ; at += 1) {
    const [left, right] = [a[at], b[at]];
    if (left === '#') return [...common, ...b.slice(at)];
    if (right === '#') return [...common, ...a.slice(at)];
    if (left === undefined || right === undefined) return left === right ? common : null;
    if (left !== '+' && right !== '+' && left !== right) return null;
    common.push(left === '+' ? right : left);
  }
}

/** Whether every topic that `inner` means is one that `outer` means. */
export function covers(outer: Levels, inner: Levels): boolean {
  for (let at = 0; ; at += 1) {
    const [wide, narrow] = [outer[at], inner[at]];
    if (wide === '#') return true;
    if (wide === undefined || narrow === undefined) return wide === narrow;
    if (narrow === '#' || (wide !== '+' && wide !== narrow)) return false;
  }
}

export function hasWildcard(level: string | undefined): boolean {
  return level === '+' || level === '#';
}
