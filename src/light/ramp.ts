/** A number on its way from what it is to what it shall be, in a straight line; it may be sent elsewhere at any moment. */
export class Ramp {
  #from: number;
  #to: number;
  #startMs = 0;
  #durationMs = 0;

  constructor(value: number) {
    this.#from = value;
    this.#to = value;
  }

  get goal(): number {
    return this.#to;
  }

  at(nowMs: number): number {
    const passedMs = nowMs - this.#startMs;
    if (passedMs >= this.#durationMs) return this.#to;
    return passedMs <= 0 ? this.#from : this.#from + ((this.#to - this.#from) * passedMs) / this.#durationMs;
  }

  settled(nowMs: number): boolean {
    return this.#from === this.#to || nowMs - this.#startMs >= this.#durationMs;
  }

  /** Goes on from what it is now. @param durationMs 0 is at once. */
  go(to: number, nowMs: number, durationMs: number): void {
    this.start(this.at(nowMs), to, nowMs, durationMs);
  }

  start(from: number, to: number, nowMs: number, durationMs: number): void {
    this.#from = durationMs > 0 ? from : to;
    this.#to = to;
    this.#startMs = nowMs;
    this.#durationMs = durationMs;
  }
}
