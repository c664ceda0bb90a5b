/** What comes into the inbox, whatever way it came. */
import type { Result } from '../base/result.ts';
import type { Asker } from '../core/answered.ts';
import type { Malformed } from '../core/parse-request.ts';
import type { Request } from '../model/command.ts';
import type { DiunaEvent } from '../model/event.ts';
import type { Reply } from '../model/reply.ts';
import type { Source } from '../model/state.ts';

export interface Submission {
  /** What is not well formed comes too: its refusal keeps its place in the order and carries the state. */
  readonly request: Result<Request, Malformed>;
  readonly source: Source;
  /** The client that asked; `null` when none did. */
  readonly origin: string | null;
  /** As whom that client has logged in; `null` where nobody has to. */
  readonly user: string | null;
  readonly trigger: string | null;
  /** Of the engine's monotonic clock. */
  readonly receivedUs: number;
  /** When it stops being meant, in milliseconds since 1970; left out or `null`: never. */
  readonly expiresMs?: number | null;
  /** Called exactly once. */
  readonly respond: (reply: Reply) => void;
  /** Called once, when what was decided is durable (or never will be): an acknowledgement may go out now. */
  readonly committed?: () => void;
  /** Takes the events of an `events.replay`, one after another. */
  readonly deliver?: (event: DiunaEvent) => Promise<void>;
}

/** @returns `null` where nobody can ask again. */
export function askerOf({ user, origin }: Submission): Asker | null {
  return origin === null ? null : { user, client: origin };
}
