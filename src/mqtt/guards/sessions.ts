/**
 * The sessions that are kept beyond their connection: so many, of one user so many, and for so long. When there is no room
 * left, the user with the most loses the one that was left longest ago; without users a new one is refused, and whoever
 * came first is not put out.
 */
import type { Clock } from '../../base/clock.ts';

export interface SessionLimits {
  readonly stored_sessions: number;
  readonly sessions_per_user: number;
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

/** The same witness, and somebody else who hears of ends. */
export function alsoTold(witness: SessionWitness = noWitness, ended: (clientId: string) => void): SessionWitness {
  return {
    entered: (clientId) => witness.entered(clientId),
    left: (clientId) => witness.left(clientId),
    ended: (clientId) => {
      witness.ended(clientId);
      ended(clientId);
    },
  };
}

const SWEEP_MS = 60_000;

export interface SessionParts {
  readonly limits: SessionLimits;
  readonly clock: Clock;
  /** Removes everything that is stored of a session. */
  readonly expire: (clientId: string) => void;
  /** Whose a client id is; `null`: nobody's, as there are no users. */
  readonly userOf: (clientId: string) => string | null;
  /** A session had to go for another one. */
  readonly putOut: (clientId: string) => void;
}

interface Session {
  connections: number;
  /** When the client left; counts while there are no connections. */
  leftUs: number;
}

export class Sessions {
  readonly #parts: SessionParts;
  readonly #sessions = new Map<string, Session>();
  #witness: SessionWitness = noWitness;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** A session of an earlier run, whose client has been away for so long. */
  resume(clientId: string, away_ms: number): void {
    this.#sessions.set(clientId, { connections: 0, leftUs: this.#nowUs - away_ms * 1000 });
  }

  start(witness: SessionWitness = noWitness): void {
    this.#witness = witness;
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** To be asked once it is known whose client that is. @returns why its session cannot be kept, or `null`: there is room now. */
  makeRoom(clientId: string): string | null {
    const { limits, userOf, putOut } = this.#parts;
    const user = userOf(clientId);
    if (this.#sessions.has(clientId) || this.#hasRoom(user)) return null;
    this.sweep();
    if (this.#hasRoom(user)) return null;
    if (user !== null && this.#countOf(user) >= limits.sessions_per_user)
      return `${limits.sessions_per_user} sessions of user ${user} are kept`;
    const expendable = user === null ? null : this.#expendable();
    if (expendable === null) return `${limits.stored_sessions} sessions are kept`;
    this.#end(expendable);
    putOut(expendable);
    return null;
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
      session.leftUs = this.#nowUs;
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
    const endUs = this.#nowUs - this.#parts.limits.session_expiry * 1_000_000;
    for (const [clientId, { connections, leftUs }] of this.#sessions) if (connections === 0 && leftUs <= endUs) this.#end(clientId);
  }

  get #nowUs(): number {
    return this.#parts.clock.monotonicUs();
  }

  #hasRoom(user: string | null): boolean {
    const { stored_sessions, sessions_per_user } = this.#parts.limits;
    return this.#sessions.size < stored_sessions && (user === null || this.#countOf(user) < sessions_per_user);
  }

  #countOf(user: string): number {
    let count = 0;
    for (const clientId of this.#sessions.keys()) if (this.#parts.userOf(clientId) === user) count += 1;
    return count;
  }

  /** Of the user with the most sessions the one that was left longest ago; `null` where all clients are there. */
  #expendable(): string | null {
    const users = new Map<string | null, { count: number; longest: string | null; leftUs: number }>();
    for (const [clientId, { connections, leftUs }] of this.#sessions) {
      const user = this.#parts.userOf(clientId);
      const found = users.get(user) ?? { count: 0, longest: null, leftUs: Number.POSITIVE_INFINITY };
      users.set(user, found);
      found.count += 1;
      if (connections === 0 && leftUs < found.leftUs) Object.assign(found, { longest: clientId, leftUs });
    }
    const [most] = [...users.values()].filter(({ longest }) => longest !== null).sort((a, b) => b.count - a.count);
    return most?.longest ?? null;
  }

  #end(clientId: string): void {
    this.#delete(clientId);
    this.#parts.expire(clientId);
  }

  #delete(clientId: string): void {
    this.#sessions.delete(clientId);
    this.#witness.ended(clientId);
  }
}
