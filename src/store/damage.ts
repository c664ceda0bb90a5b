/**
 * Tells what was found damaged: file, line, byte offset, and what was done about it. The same place is told once, and
 * a file that is damaged all over is told a bounded number of times.
 */
import type { Report } from '../engine/ports.ts';

const TOLD_PER_FILE = 20;
/** Past it nothing more is told until the next start: the card is beyond help. */
const TOLD_MAX = 1000;

export interface Place {
  readonly path: string;
  /** From 1. */
  readonly line?: number;
  /** Bytes from the start of the file. */
  readonly offset?: number;
}

export class DamageReports {
  readonly #report: Report;
  readonly #told = new Set<string>();
  readonly #perFile = new Map<string, number>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** @param code what is damaged: `record`, `torn_tail`, `missing_records`, `segment`, `snapshot`. */
  tell(place: Place, code: string, message: string): void {
    const key = `${place.path}:${place.offset ?? ''}:${code}`;
    const before = this.#perFile.get(place.path) ?? 0;
    if (this.#told.has(key) || this.#told.size >= TOLD_MAX || before >= TOLD_PER_FILE) return;
    this.#told.add(key);
    this.#perFile.set(place.path, before + 1);
    const last = before + 1 === TOLD_PER_FILE ? '; more damage in this file is not told' : '';
    this.#report('system.store_damaged', {
      ...place,
      operation: 'read',
      code,
      message: `${message}${last}`,
      cure: 'where this comes again without a power cut, copy the store elsewhere and replace the card',
    });
  }
}

/** A name beside `path` for what is damaged: the first free of `<path>.damaged-1` to `-most`, the last where none is. */
export function asideName(name: string, taken: readonly string[], most: number): string {
  for (let index = 1; index < most; index += 1) {
    const candidate = `${name}.damaged-${index}`;
    if (!taken.includes(candidate)) return candidate;
  }
  return `${name}.damaged-${most}`;
}
