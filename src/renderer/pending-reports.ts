/**
 * Which changes somebody waits to see, and on which outputs. Two groups at most: the one whose frame is on its way, and
 * the one that gathers meanwhile; a group is reported whole, by its newest token, once every output concerned has taken
 * its frame or fails.
 */
import type { SupervisedOutput } from './outputs/supervised.ts';

/** What the reports need of an output. */
export type Taker = Pick<SupervisedOutput, 'failing' | 'takenFrame'>;

interface Wish {
  readonly token: number;
  readonly takers: readonly Taker[];
}

export class PendingReports {
  readonly #report: (token: number, failed: readonly number[]) => void;
  #sent: Wish[] = [];
  #sentFrame = 0;
  #next: Wish[] = [];
  /** The first frame that shows all of `#next`; 0 while there is none. */
  #nextFrame = 0;

  /** @param report the newest token, and those up to it that an output concerned failed. */
  constructor(report: (token: number, failed: readonly number[]) => void) {
    this.#report = report;
  }

  add(token: number, takers: readonly Taker[]): void {
    this.#next.push({ token, takers });
    this.#nextFrame = 0;
  }

  /** Frame `number` was drawn with everything added so far. */
  framed(number: number): void {
    if (this.#next.length > 0 && this.#nextFrame === 0) this.#nextFrame = number;
    this.check();
  }

  /** Reports what has become true. */
  check(): void {
    for (;;) {
      if (this.#sent.length === 0 && !this.#promote()) return;
      if (!this.#sent.every(({ takers }) => takers.every((taker) => taker.failing || taker.takenFrame >= this.#sentFrame))) return;
      this.#answer();
    }
  }

  #promote(): boolean {
    if (this.#nextFrame === 0) return false;
    [this.#sent, this.#next] = [this.#next, this.#sent];
    this.#sentFrame = this.#nextFrame;
    this.#nextFrame = 0;
    return true;
  }

  #answer(): void {
    const failed = this.#sent.filter(({ takers }) => takers.some((taker) => taker.failing)).map(({ token }) => token);
    const newest = this.#sent.at(-1)?.token ?? 0;
    this.#sent.length = 0;
    this.#report(newest, failed);
  }
}
