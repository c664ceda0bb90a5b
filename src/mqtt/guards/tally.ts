/**
 * Counts what the guards refused and says so in the log: who, from where, why. An attack must not fill the log: of each
 * guard a few lines in ten seconds, and with the next one how many were left out.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';

export const guardNames = [
  'connections',
  'connections_per_address',
  'connect_timeout',
  'packet_bytes',
  'unfinished_bytes',
  'malformed',
  'client_id',
  'client_id_taken',
  'credentials',
  'login_rate',
  'login_failed',
  'will',
  'account_ended',
  'filters',
  'access',
  'withheld',
  'flood',
  'retained',
  'sessions',
  'session_messages',
  'slow_client',
  'stuck_client',
  'waiting_messages',
  'connection_error',
  'tls',
  'http',
  'host',
  'origin',
  'subprotocol',
] as const;
export type GuardName = (typeof guardNames)[number];

export interface Party {
  /** `null` before it said who it is. */
  readonly client: string | null;
  readonly address: string | null;
}

const LINES = 5;
const WINDOW_US = 10_000_000;

interface Count {
  total: number;
  sinceUs: number;
  lines: number;
  silent: number;
}

export class Tally {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counts = new Map<GuardName, Count>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** @param times that it happened at once. */
  note(guard: GuardName, party: Party, why: string, times = 1): void {
    const count = this.#count(guard, times);
    const nowUs = this.#clock.monotonicUs();
    if (nowUs - count.sinceUs >= WINDOW_US) Object.assign(count, { sinceUs: nowUs, lines: 0 });
    if (count.lines >= LINES) {
      count.silent += 1;
      return;
    }
    count.lines += 1;
    const left = count.silent === 0 ? {} : { more: count.silent };
    count.silent = 0;
    this.#logger.warn({ guard, client: party.client, address: party.address, why: why.slice(0, 200), ...left }, 'refused');
  }

  /** What happens every day, and needs no line in the log. */
  count(guard: GuardName): void {
    this.#count(guard, 1);
  }

  /** Of the guards that had something to do. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].map(([guard, { total }]) => [guard, total]));
  }

  #count(guard: GuardName, times: number): Count {
    const count = this.#counts.get(guard) ?? { total: 0, sinceUs: this.#clock.monotonicUs(), lines: 0, silent: 0 };
    count.total += times;
    this.#counts.set(guard, count);
    return count;
  }
}
