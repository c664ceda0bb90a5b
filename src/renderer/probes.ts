/** Who waits to hear whether the frame loop's thread still turns. */
export class Probes {
  readonly #waiting = new Set<() => void>();

  /** @returns false after `deadlineMs` of silence. */
  ask(deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = () => {
        clearTimeout(timer);
        this.#waiting.delete(answer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(answer);
        resolve(false);
      }, deadlineMs);
      this.#waiting.add(answer);
    });
  }

  /** It turns. */
  answer(): void {
    for (const answer of this.#waiting) answer();
  }
}
