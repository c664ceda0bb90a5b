/**
 * Keeps the last `size` samples and answers percentiles of them. Bounded; a sample costs no allocation.
 */
export class RecentSamples {
  #samples: Float64Array;
  #next = 0;
  #count = 0;

  constructor(size: number) {
    this.#samples = new Float64Array(size);
  }

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#samples.length;
    if (this.#count < this.#samples.length) this.#count += 1;
  }

  /** @param fraction 0 to 1. @returns null while there are no samples. */
  percentile(fraction: number): number | null {
    if (this.#count === 0) return null;
    const sorted = this.#samples.slice(0, this.#count).sort();
    return sorted[Math.min(this.#count - 1, Math.floor(fraction * this.#count))] ?? null;
  }
}
