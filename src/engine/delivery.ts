/** Holds one reply until all that it waits for has happened: the change durable and, where asked for, a frame that shows it. */
import type { Clock } from '../base/clock.ts';
import type { Reply, Timing } from '../model/reply.ts';
import type { Submission } from './submission.ts';

export class Delivery {
  readonly #submission: Submission;
  readonly #reply: Reply;
  readonly #clock: Clock;
  readonly #decidedUs: number;
  #durable: { readonly us: number; readonly is: boolean } | null = null;
  #shown: { readonly us: number; readonly is: boolean } | null = null;
  readonly #waitsForFrame: boolean;

  constructor(submission: Submission, reply: Reply, clock: Clock, waitsForFrame: boolean) {
    this.#submission = submission;
    this.#reply = reply;
    this.#clock = clock;
    this.#waitsForFrame = waitsForFrame;
    this.#decidedUs = this.#sinceArrival();
  }

  /** @returns microseconds since the command arrived. */
  settled(durable: boolean): number {
    this.#durable = { us: this.#sinceArrival(), is: durable };
    this.#submission.committed?.();
    this.#respondWhenDone();
    return this.#durable.us;
  }

  /** @param shown false where an output is failing, so that nobody can see it. */
  shown(shown: boolean): void {
    this.#shown = { us: this.#sinceArrival(), is: shown };
    this.#respondWhenDone();
  }

  #respondWhenDone(): void {
    const durable = this.#durable;
    if (durable === null || (this.#waitsForFrame && this.#shown === null)) return;
    const undurable = durable.is ? {} : { durable: false as const };
    const decided = this.#reply;
    if (!decided.ok) return this.#submission.respond({ ...decided, ...undurable });
    const reply = { ...decided, ...undurable };
    const timing: Timing = { decided: this.#decidedUs, durable: durable.us };
    if (this.#shown === null) return this.#submission.respond({ ...reply, timing_us: timing });
    if (!this.#shown.is) return this.#submission.respond({ ...reply, rendered: false as const, timing_us: timing });
    this.#submission.respond({ ...reply, timing_us: { ...timing, rendered: this.#shown.us } });
  }

  #sinceArrival(): number {
    return Math.max(0, Math.round(this.#clock.monotonicUs() - this.#submission.receivedUs));
  }
}
