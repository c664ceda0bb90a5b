/** Who remembers of sessions of version 5 what must outlive the process, and what is remembered of one. */
import type { Will } from './will.ts';

export interface SessionMemory {
  /** A session is about to begin or go on, and would live so long without its client. */
  takes(clientId: string, expiry_s: number): void;
  /** That has changed. */
  expires(clientId: string, expiry_s: number): void;
  /** The session is over, or a client of an older version takes it. */
  forget(clientId: string): void;
  /** The client is gone and its will waits; `null`: not any more. */
  willWaits(clientId: string, will: { readonly delay_s: number; readonly message: Will['message'] } | null): void;
}

/** A session of an earlier process. */
export interface LeftSession {
  readonly clientId: string;
  /** 0: it has ended meanwhile, and nothing of it is in the store. */
  readonly remaining_s: number;
  /** With what is left of its delay. */
  readonly will: { readonly delay_s: number; readonly message: Will['message'] } | null;
}

export const noMemory: SessionMemory = {
  takes: () => undefined,
  expires: () => undefined,
  forget: () => undefined,
  willWaits: () => undefined,
};
