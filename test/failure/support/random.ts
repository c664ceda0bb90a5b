/** Numbers that repeat: the same seed gives the same row. Mulberry32. */
import { randomInt } from 'node:crypto';

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `below` - 1. */
  integer(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<T>(things: readonly [T, ...T[]]): T {
    return things[this.integer(things.length)] ?? things[0];
  }
}

/** Another one every time, unless the environment names one: a failing test says which it was. */
export function seed(): number {
  const given = process.env['DIUNA_SEED'];
  return given === undefined ? randomInt(2 ** 31) : Number(given);
}
