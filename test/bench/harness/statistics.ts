/** Percentiles and medians; figures of paired repeats are compared pair by pair. Pure. */

/** @param fraction 0 to 1. @returns NaN where there are no samples. */
export function percentile(samples: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The median of the ratios of each pair, not the ratio of the medians: what disturbs both halves of a pair cancels. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((figure, index) => figure / (theirs[index] ?? Number.NaN)));
}

/** `0.058`, `1.65`, `26.0`, `1234`: three digits that mean something. */
export function show(figure: number): string {
  if (!Number.isFinite(figure)) return '–';
  const magnitude = Math.abs(figure);
  if (magnitude >= 100) return figure.toFixed(0);
  return figure.toFixed(magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3);
}
