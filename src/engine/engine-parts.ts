/** What the engine is built of, how it is set, and what it tells of itself. */
import type { Clock } from '../base/clock.ts';
import type { Rules } from '../core/decide.ts';
import type { Ids, Journal, Knobs, Publisher, Renderer, Service } from './ports.ts';

/** Commands that may wait for the disk at once; past it a command is refused as `overloaded`. */
export const INBOX_LIMIT = 4096;
/** Events of theirs that may wait with them: a batch makes many. */
export const INBOX_EVENTS = 16_384;

export interface EngineSettings extends Rules {
  /** Milliseconds; `null` takes commands of any age. */
  readonly maxCommandAgeMs: number | null;
}

export interface EngineParts {
  readonly journal: Journal;
  readonly renderer: Renderer;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Left out where there are none. */
  readonly knobs?: Knobs;
  /** Left out where nothing would start the daemon again. */
  readonly service?: Service;
}

export interface EngineStats {
  readonly commands: number;
  readonly rejections: number;
  /** Microseconds from arrival to the durable reply, of the last 4,096 commands; `null` before the first. */
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null };
}
