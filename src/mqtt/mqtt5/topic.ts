/** Topic names and filters: which are well formed (§4.7), and which filter means which topic. */

/** Wildcards and NUL never stand in a name [MQTT-3.3.2-2] [MQTT-4.7.3-2]. */
export function isTopicName(topic: string, maximumLevels: number): boolean {
  return topic.length > 0 && !/[+#\0]/.test(topic) && topic.split('/').length <= maximumLevels;
}

/** A wildcard fills its level, and `#` the last one [MQTT-4.7.1-1] [MQTT-4.7.1-2]. */
export function isTopicFilter(filter: string, maximumLevels: number): boolean {
  const levels = filter.split('/');
  if (filter.length === 0 || levels.length > maximumLevels) return false;
  return levels.every((level, at) => level === '+' || (level === '#' && at === levels.length - 1) || !/[+#\0]/.test(level));
}

export function isShared(filter: string): boolean {
  return filter.startsWith('$share/');
}

export function hasWildcard(filter: string): boolean {
  return /[+#]/.test(filter);
}

/** A filter that begins with a wildcard does not mean topics that begin with `$` [MQTT-4.7.2-1]. */
export function isHidden(filter: string, topic: string): boolean {
  return topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'));
}

/** @param filter the levels of a filter. @param topic the levels of a name. */
export function matches(filter: readonly string[], topic: readonly string[]): boolean {
  if (topic[0]?.startsWith('$') && (filter[0] === '+' || filter[0] === '#')) return false;
  for (let at = 0; at < filter.length; at += 1) {
    const level = filter[at];
    if (level === '#') return true; // also the parent level
    if (at >= topic.length || (level !== '+' && level !== topic[at])) return false;
  }
  return filter.length === topic.length;
}
