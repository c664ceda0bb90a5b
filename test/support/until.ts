/** Waits for a condition, never for a duration. */

/** @returns the first value that is neither undefined, null nor false. @throws when there was none within `limitMs`. */
export async function until<T>(condition: () => T | undefined | null | false, what: string, limitMs = 10_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
