/**
 * How long sessions live without their client (§3.1.2.11.2), and the wills that wait for them (§3.1.3.2.2). Knows nothing
 * of what is in a session; ends it through `wipe`.
 */
import type { Counters } from './counters.ts';

/** A connection, as far as its session goes. */
export interface Holder {
  readonly clientId: string;
  readonly cleanStart: boolean;
  /** Changes with a DISCONNECT. */
  readonly sessionExpiry_s: number;
  /** Whether anything of it is in the store. */
  readonly isStored: boolean;
}

export interface LastWill {
  readonly delay_s: number;
  readonly publish: () => void;
}

interface Session {
  holder: Holder | undefined;
  will: LastWill | undefined;
  willTimer: NodeJS.Timeout | undefined;
  endTimer: NodeJS.Timeout | undefined;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** Without their client, longest first. */
  readonly #left = new Set<string>();
  readonly #ending = new Map<string, Promise<void>>();
  /** What became of a session that was taken from its holder. */
  readonly #taken = new WeakMap<Holder, 'resumed' | 'ended'>();
  readonly #wipe: (clientId: string) => Promise<void>;
  readonly #maximum: number;
  readonly #counters: Counters;
  #stopped = false;

  /** @param wipe must not reject. */
  constructor(wipe: (clientId: string) => Promise<void>, maximum: number, counters: Counters) {
    this.#wipe = wipe;
    this.#maximum = maximum;
    this.#counters = counters;
  }

  get left(): number {
    return this.#left.size;
  }

  /**
   * Gives the session to a new connection; a will that waits is off where the session goes on [MQTT-3.1.3-9].
   * @returns `known`: it goes on, unless the client starts clean; `over`: it ends with the connection that had it.
   */
  take(holder: Holder): { readonly known: boolean; readonly over: boolean } {
    const session = this.#sessions.get(holder.clientId);
    const over = session?.holder?.sessionExpiry_s === 0;
    this.#release(holder.clientId, session, holder.cleanStart || over);
    this.#sessions.set(holder.clientId, { holder, will: undefined, willTimer: undefined, endTimer: undefined });
    return { known: session !== undefined && !over, over };
  }

  /** A client of 3.1 or 3.1.1 takes the session; what it does with it is not kept here. */
  takeByOlder(clientId: string, clean: boolean): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#release(clientId, session, clean || session.holder?.sessionExpiry_s === 0);
    this.#sessions.delete(clientId);
  }

  /** The connection has ended. @param will unless the client said goodbye. */
  leave(holder: Holder, will: LastWill | undefined): void {
    const delay_s = Math.min(will?.delay_s ?? 0, holder.sessionExpiry_s); // [MQTT-3.1.3-9]: whichever comes first
    const fate = this.#taken.get(holder);
    if (will !== undefined && (delay_s === 0 || fate === 'ended')) will.publish();
    const session = this.#sessions.get(holder.clientId);
    if (fate !== undefined || session?.holder !== holder) return;
    if (holder.sessionExpiry_s === 0) return this.#end(holder.clientId, holder.isStored);
    if (this.#stopped) return;
    session.holder = undefined;
    if (will !== undefined && delay_s > 0) this.#delay(session, will, delay_s);
    session.endTimer = soon(holder.sessionExpiry_s, () => this.#expire(holder.clientId));
    this.#left.add(holder.clientId);
    if (this.#left.size > this.#maximum) this.#expireOldest();
  }

  /** Resolves when nothing of an earlier session of this id is being removed any more. */
  async settled(clientId: string): Promise<void> {
    await this.#ending.get(clientId);
  }

  stop(): void {
    this.#stopped = true;
    for (const session of this.#sessions.values()) clearTimers(session);
    this.#left.clear();
  }

  #release(clientId: string, session: Session | undefined, ends: boolean): void {
    if (session === undefined) return;
    clearTimers(session);
    this.#left.delete(clientId);
    if (session.holder !== undefined) this.#taken.set(session.holder, ends ? 'ended' : 'resumed');
    if (ends) session.will?.publish();
  }

  #delay(session: Session, will: LastWill, delay_s: number): void {
    session.will = will;
    session.willTimer = soon(delay_s, () => {
      session.will = undefined;
      will.publish();
    });
  }

  #expireOldest(): void {
    for (const clientId of this.#left) return this.#expire(clientId);
  }

  #expire(clientId: string): void {
    this.#counters.sessionsExpired += 1;
    this.#end(clientId, true);
  }

  #end(clientId: string, isStored: boolean): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    clearTimers(session);
    this.#sessions.delete(clientId);
    this.#left.delete(clientId);
    session.will?.publish();
    if (!isStored) return;
    const ending = this.#wipe(clientId).then(() => {
      if (this.#ending.get(clientId) === ending) this.#ending.delete(clientId);
    });
    this.#ending.set(clientId, ending);
  }
}

function soon(delay_s: number, act: () => void): NodeJS.Timeout {
  return setTimeout(act, delay_s * 1000).unref();
}

function clearTimers({ willTimer, endTimer }: Session): void {
  clearTimeout(willTimer);
  clearTimeout(endTimer);
}
