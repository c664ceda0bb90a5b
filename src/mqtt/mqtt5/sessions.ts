/**
 * How long sessions live without their client (§3.1.2.11.2), and the wills that wait for them (§3.1.3.2.2). Knows nothing
 * of what is in a session; ends it through `wipe`.
 */
import type { Counters } from './counters.ts';
import { type LeftSession, noMemory, type SessionMemory } from './session-memory.ts';
import type { Will } from './will.ts';

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
  readonly message: Will['message'];
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
  readonly #memory: SessionMemory;
  #stopped = false;

  /** @param wipe must not reject. */
  constructor(wipe: (clientId: string) => Promise<void>, maximum: number, counters: Counters, memory: SessionMemory = noMemory) {
    this.#wipe = wipe;
    this.#maximum = maximum;
    this.#counters = counters;
    this.#memory = memory;
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
    this.#memory.takes(holder.clientId, holder.sessionExpiry_s);
    return { known: session !== undefined && !over, over };
  }

  /** A client of 3.1 or 3.1.1 takes the session; what it does with it is not kept here. */
  takeByOlder(clientId: string, clean: boolean): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#release(clientId, session, clean || session.holder?.sessionExpiry_s === 0);
    this.#sessions.delete(clientId);
    this.#memory.forget(clientId);
  }

  /** A session of an earlier process goes on without its client; what is due of it is done now. */
  resume({ clientId, remaining_s, will }: LeftSession, publish: (message: Will['message']) => void): void {
    const lastWill = will === null ? undefined : { ...will, publish: () => publish(will.message) };
    if (remaining_s <= 0) {
      this.#memory.willWaits(clientId, null);
      return lastWill?.publish();
    }
    const session: Session = { holder: undefined, will: undefined, willTimer: undefined, endTimer: undefined };
    this.#sessions.set(clientId, session);
    if (lastWill !== undefined) this.#delay(clientId, session, lastWill, lastWill.delay_s);
    this.#keepFor(clientId, session, remaining_s);
  }

  /** The connection has ended. @param will unless the client said goodbye. */
  leave(holder: Holder, will: LastWill | undefined): void {
    const delay_s = Math.min(will?.delay_s ?? 0, holder.sessionExpiry_s); // [MQTT-3.1.3-9]: whichever comes first
    const fate = this.#taken.get(holder);
    if (will !== undefined && (delay_s === 0 || fate === 'ended')) will.publish();
    const session = this.#sessions.get(holder.clientId);
    if (fate !== undefined || session?.holder !== holder) return;
    if (holder.sessionExpiry_s === 0) return this.#end(holder.clientId, holder.isStored);
    this.#memory.expires(holder.clientId, holder.sessionExpiry_s);
    if (will !== undefined && delay_s > 0) this.#memory.willWaits(holder.clientId, { delay_s, message: will.message });
    if (this.#stopped) return;
    session.holder = undefined;
    if (will !== undefined && delay_s > 0) this.#delay(holder.clientId, session, will, delay_s);
    this.#keepFor(holder.clientId, session, holder.sessionExpiry_s);
  }

  /** Somebody else has ended it while its client was away: its will need not wait any more. */
  putOut(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined && session.holder === undefined) this.#end(clientId, true);
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

  #delay(clientId: string, session: Session, will: LastWill, delay_s: number): void {
    session.will = will;
    session.willTimer = soon(delay_s, () => {
      session.will = undefined;
      this.#memory.willWaits(clientId, null);
      will.publish();
    });
  }

  #keepFor(clientId: string, session: Session, expiry_s: number): void {
    session.endTimer = soon(expiry_s, () => this.#expire(clientId));
    this.#left.add(clientId);
    if (this.#left.size > this.#maximum) this.#expireOldest();
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
    this.#memory.forget(clientId);
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
