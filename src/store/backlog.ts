/**
 * Records that are not durable yet: waiting, or in the write that is under way. While the disk fails they pile up here,
 * up to a bound that whoever writes asks for; past it the oldest waiting ones are dropped and counted, which makes a gap
 * in history that is told. A disk that works takes all there is, however much.
 */
import type { CommitRecord } from '../engine/ports.ts';

export interface Pending {
  readonly n: number;
  readonly record: CommitRecord;
  readonly line: Buffer;
}

export class Backlog {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  #waiting: Pending[] = [];
  #waitingBytes = 0;
  #underWay: Pending[] = [];
  #dropped = 0;

  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax;
    this.#bytesMax = bytesMax;
  }

  /** Records dropped since `forgetDropped`. */
  get dropped(): number {
    return this.#dropped;
  }

  get length(): number {
    return this.#underWay.length + this.#waiting.length;
  }

  /** All, in order, oldest first. */
  get all(): readonly Pending[] {
    return [...this.#underWay, ...this.#waiting];
  }

  push(pending: Pending): void {
    this.#waiting.push(pending);
    this.#waitingBytes += pending.line.length;
  }

  /** Takes the oldest, up to `bytes` but at least one, into the write that now begins; empty where none waits. */
  take(bytes: number): readonly Pending[] {
    let count = 0;
    let sum = 0;
    for (const { line } of this.#waiting) {
      if (count > 0 && sum + line.length > bytes) break;
      count += 1;
      sum += line.length;
    }
    this.#underWay = this.#waiting.splice(0, count);
    this.#waitingBytes -= sum;
    return this.#underWay;
  }

  written(): void {
    this.#underWay = [];
  }

  /** The write failed: what it held waits again, before all others. */
  putBack(): void {
    this.#waitingBytes += this.#underWay.reduce((sum, { line }) => sum + line.length, 0);
    this.#waiting = [...this.#underWay, ...this.#waiting];
    this.#underWay = [];
  }

  /** Drops what is too much to wait for a disk that fails. */
  keepBounds(): void {
    while (this.#waiting.length > this.#recordsMax || (this.#waitingBytes > this.#bytesMax && this.#waiting.length > 1)) {
      this.#waitingBytes -= this.#waiting.shift()?.line.length ?? 0;
      this.#dropped += 1;
    }
  }

  forgetDropped(): void {
    this.#dropped = 0;
  }
}
