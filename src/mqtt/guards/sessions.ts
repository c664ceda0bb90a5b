/**
 * The sessions that are kept beyond their connection: so many, and for so long. When there is no room, a new one is
 * refused: whoever came first is not put out.
 */
import type { Clock } from '../../base/clock.ts';

export interface SessionLimits {
  readonly stored_sessions: number;
  /** Seconds. */
  readonly session_expiry: number;
}

const SWEEP_MS = 60_000;

interface Session {
  connections: number;
  /** When the client left; counts while there are no connections. */
  leftUs: number;
}

export class Sessions {
  readonly #limits: SessionLimits;
  readonly #clock: Clock;
  readonly #expire: (clientId: string) => void;
  readonly #sessions = new Map<string, Session>();
  #timer: NodeJS.Timeout | undefined;

  /** @param expire removes everything that is stored of a session. */
  constructor(limits: SessionLimits, clock: Clock, expire: (clientId: string) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#expire = expire;
  }

  start(): void {
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  roomFor(clientId: string): boolean {
    if (this.#sessions.has(clientId) || this.#sessions.size < this.#limits.stored_sessions) return true;
    this.sweep();
    return this.#sessions.size < this.#limits.stored_sessions;
  }

  /** A client has connected. @param clean ends its session. @returns what to call when the connection ends. */
  enter(clientId: string, clean: boolean): () => void {
    if (clean) {
      this.#sessions.delete(clientId);
      return () => undefined;
    }
    const session = this.#sessions.get(clientId) ?? { connections: 0, leftUs: 0 };
    session.connections += 1;
    this.#sessions.set(clientId, session);
    return () => {
      session.connections -= 1;
      session.leftUs = this.#clock.monotonicUs();
    };
  }

  isAway(clientId: string): boolean {
    return this.#sessions.get(clientId)?.connections === 0;
  }

  /** Ends the sessions whose time is over. */
  sweep(): void {
    const endUs = this.#clock.monotonicUs() - this.#limits.session_expiry * 1_000_000;
    for (const [clientId, { connections, leftUs }] of this.#sessions) {
      if (connections > 0 || leftUs > endUs) continue;
      this.#sessions.delete(clientId);
      this.#expire(clientId);
    }
  }
}
