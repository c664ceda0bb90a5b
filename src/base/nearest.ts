/** Finds the names that a misspelt one most likely meant (Levenshtein distance, case folded). */
export function nearest(wanted: string, names: readonly string[], most = 3): string[] {
  const folded = fold(wanted);
  return names
    .map((name) => ({ name, distance: distance(folded, fold(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.ceil(name.length / 2)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/** For a refusal, the first of the names that there are; what is left out shows as an ellipsis. */
export function listed(names: readonly string[], most = 20): string {
  return names.slice(0, most).join(', ') + (names.length > most ? ', …' : '');
}

/** Lower case, without blanks, hyphens and underscores: `Fire 2012`, `fire_2012` and `fire-2012` are one name. */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

function distance(a: string, b: string): number {
  const longest = 64; // bounds the work on a hostile name
  const [left, right] = [a.slice(0, longest), b.slice(0, longest)];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const substitute = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(substitute, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
