/**
 * How long an address waits after failed logins. Failures count for an address and a user name together, so that one
 * device with an old password keeps no other behind the same router out; an address that fails with many names waits as a
 * whole, but for the names that have come in from there before. Those never wait long, as whoever else sits behind that router
 * could keep them out else. Pure: the time is an argument.
 */
import { addressGroup, isLoopbackAddress } from './address-group.ts';

/** The first that has to wait: people mistype. */
const FIRST_FAILURE_TO_WAIT = 3;
/** The first name that fails from one address by which all unknown ones of it have to wait. */
const FIRST_NAME_TO_WAIT = 10;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Of this machine: a script with a wrong password must not lock Home Assistant beside it out for long. And of names that are known there. */
const LONGEST_SHORT_WAIT_MS = 10_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
/** Of addresses with names, and of addresses. Beyond them the one that nothing was heard of for longest is forgotten. */
const MOST_KEPT = 4096;

interface Tally {
  readonly failures: number;
  readonly untilMs: number;
  readonly lastMs: number;
  /** Somebody has come in by this name from here. */
  readonly known: boolean;
}

const nothing: Tally = { failures: 0, untilMs: 0, lastMs: 0, known: false };

export class Backoff {
  /** Oldest first: whatever changes moves to the end. */
  readonly #tallies = new Map<string, Tally>();

  get size(): number {
    return this.#tallies.size;
  }

  /**
   * @param user as it was given, or a text that stands for all names that no user can have.
   * @param nowMs of a clock that never goes back.
   * @returns milliseconds until this address may try this name again; 0: now.
   */
  waitMs(address: string, user: string, nowMs: number): number {
    const group = addressGroup(address);
    const pair = this.#find(pairKey(group, user), nowMs);
    const whole = pair.known ? nothing : this.#find(group, nowMs);
    return Math.max(0, pair.untilMs - nowMs, whole.untilMs - nowMs);
  }

  failed(address: string, user: string, nowMs: number): void {
    const group = addressGroup(address);
    const pair = this.#find(pairKey(group, user), nowMs);
    const longestMs = pair.known || isLoopbackAddress(group) ? LONGEST_SHORT_WAIT_MS : LONGEST_WAIT_MS;
    this.#keep(pairKey(group, user), fail(pair, FIRST_FAILURE_TO_WAIT, longestMs, nowMs));
    if (pair.failures === 0 && !pair.known) this.#keep(group, fail(this.#find(group, nowMs), FIRST_NAME_TO_WAIT, longestMs, nowMs));
  }

  /** Clears this name only: who has one password must not get more guesses at another by it. */
  succeeded(address: string, user: string, nowMs: number): void {
    this.#keep(pairKey(addressGroup(address), user), { ...nothing, lastMs: nowMs, known: true });
  }

  #find(key: string, nowMs: number): Tally {
    const found = this.#tallies.get(key) ?? nothing;
    return nowMs - found.lastMs > FORGOTTEN_AFTER_MS ? { ...nothing, known: found.known } : found;
  }

  #keep(key: string, tally: Tally): void {
    this.#tallies.delete(key);
    this.#tallies.set(key, tally);
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size > MOST_KEPT && oldest !== undefined) this.#tallies.delete(oldest);
  }
}

/** An address holds no space. */
function pairKey(group: string, user: string): string {
  return `${group} ${user}`;
}

function fail(tally: Tally, firstToWait: number, longestMs: number, nowMs: number): Tally {
  const failures = tally.failures + 1;
  const waitMs = failures < firstToWait ? 0 : Math.min(longestMs, FIRST_WAIT_MS * 2 ** (failures - firstToWait));
  return { ...tally, failures, untilMs: nowMs + waitMs, lastMs: nowMs };
}
