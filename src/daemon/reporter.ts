/** Says what happened: to the log at once, to clients as soon as there are any to tell, and to health. */
import type { Clock } from '../base/clock.ts';
import { notice } from '../engine/notices.ts';
import type { Ids } from '../engine/ports.ts';
import { Health } from '../engine/system-state.ts';
import { isRoutine, type Notice, type NoticeType } from '../model/event.ts';
import type { RootLogger } from '../system/logger.ts';

/** Reports that wait for the broker at a start: a store that is damaged all over is told of in the log. */
const EARLY_MOST = 100;

export interface ReporterParts {
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: RootLogger;
  readonly healthChanged: () => void;
}

export class Reporter {
  readonly health = new Health();
  readonly #parts: ReporterParts;
  readonly #early: Notice[] = [];
  #tell: ((notice: Notice) => void) | null = null;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** Clients can be told from here on, and are told what has been reported before. */
  begin(tell: (notice: Notice) => void): void {
    this.#tell = tell;
    for (const told of this.#early.splice(0)) tell(told);
  }

  report(type: NoticeType, payload: Readonly<Record<string, unknown>>, subject?: string): void {
    const { ids, clock, logger, healthChanged } = this.#parts;
    const told = notice(type, payload, ids.eventId(), new Date(clock.wallMs()).toISOString(), subject ?? null);
    logger[isRoutine(type) ? 'debug' : 'warn']({ ...payload, ...about(type, subject) }, type);
    if (this.#tell !== null) this.#tell(told);
    else if (this.#early.length < EARLY_MOST) this.#early.push(told);
    if (this.health.note(type, payload)) healthChanged();
  }
}

function about(type: NoticeType, subject: string | undefined): Readonly<Record<string, string>> {
  if (subject === undefined) return {};
  return type.startsWith('knob.') ? { knob: subject } : { client: subject };
}
