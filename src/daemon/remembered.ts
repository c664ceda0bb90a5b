/** What others were told in earlier runs and would have to be taken back: few values by name, kept beside the journal. */
import type { KeptLog } from '../store/kept-log/kept-log.ts';

export type Remembering = 'home_assistant' | 'states';

const names: readonly string[] = ['home_assistant', 'states'] satisfies Remembering[];

export class Remembered {
  readonly #kept: KeptLog;
  readonly #found = new Map<string, object>();

  constructor(kept: KeptLog) {
    this.#kept = kept;
  }

  /** To be called once, when the store is open. */
  async open(): Promise<void> {
    for (const [name, value] of await this.#kept.entries()) {
      if (!names.includes(name) || typeof value !== 'object' || value === null) {
        this.#kept.remove(name);
        continue;
      }
      this.#kept.adopt(name, value);
      this.#found.set(name, value);
    }
  }

  /** The place of one of them. What an earlier run has kept is whatever stands in the file; nothing waits for the disk. */
  of(name: Remembering): { recall(): unknown; keep(value: object): void } {
    return {
      recall: () => this.#found.get(name),
      keep: (value) => this.#kept.put(name, value),
    };
  }
}
