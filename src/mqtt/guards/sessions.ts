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

/** Hears of sessions that are kept beyond their connection. */
export interface SessionWitness {
  /** Its client is there. */
  entered(clientId: string): void;
  left(clientId: string): void;
  ended(clientId: string): void;
}

const noWitness: SessionWitness = { entered: () => undefined, left: () => undefined, ended: () => undefined };

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
  #witness: SessionWitness = noWitness;
  #timer: NodeJS.Timeout | undefined;

  /** @param expire removes everything that is stored of a session. */
  constructor(limits: SessionLimits, clock: Clock, expire: (clientId: string) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#expire = expire;
  }

  /** A session of an earlier run, whose client has been away for so long. */
  resume(clientId: string, away_ms: number): void {
    this.#sessions.set(clientId, { connections: 0, leftUs: this.#clock.monotonicUs() - away_ms * 1000 });
  }

  start(witness: SessionWitness = noWitness): void {
    this.#witness = witness;
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

  /** A client has connected. @param keeps whether its session outlives it. @returns what to call when the connection ends. */
  enter(clientId: string, keeps: boolean): () => void {
    if (!keeps) {
      this.#delete(clientId);
      return () => undefined;
    }
    const session = this.#sessions.get(clientId) ?? { connections: 0, leftUs: 0 };
    session.connections += 1;
    this.#sessions.set(clientId, session);
    this.#witness.entered(clientId);
    return () => {
      session.connections -= 1;
      session.leftUs = this.#clock.monotonicUs();
      if (session.connections === 0 && this.#sessions.get(clientId) === session) this.#witness.left(clientId);
    };
  }

  /** Somebody else has ended the session of a client that is away, and removed what was stored of it. */
  end(clientId: string): void {
    if (this.#sessions.get(clientId)?.connections === 0) this.#delete(clientId);
  }

  isAway(clientId: string): boolean {
    return this.#sessions.get(clientId)?.connections === 0;
  }

  /** Ends the sessions whose time is over. */
  sweep(): void {
    const endUs = this.#clock.monotonicUs() - this.#limits.session_expiry * 1_000_000;
    for (const [clientId, { connections, leftUs }] of this.#sessions) {
      if (connections > 0 || leftUs > endUs) continue;
      this.#delete(clientId);
      this.#expire(clientId);
    }
  }

  #delete(clientId: string): void {
    this.#sessions.delete(clientId);
    this.#witness.ended(clientId);
  }
}
