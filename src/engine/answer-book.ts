/** Knows what each request id was answered, from the moment it is decided; only what has settled goes into a snapshot. */
import { type AnsweredWindow, type Asker, askerKey, type StoredAnswer } from '../core/answered.ts';
import type { RefusalCode } from '../model/refusal.ts';
import type { Reply } from '../model/reply.ts';

/** Refusals that say nothing of the request itself. */
const passing: readonly RefusalCode[] = ['overloaded', 'internal'];

export interface Replaying {
  readonly digest: string;
  readonly joined: ((reply: Reply) => void)[];
}

export class AnswerBook {
  readonly #settled: AnsweredWindow;
  /** Decided and not told yet: at most as many as the inbox holds. */
  readonly #underWay = new Map<string, StoredAnswer>();
  /** Replays that are still being told, and whoever asked for the same again meanwhile. */
  readonly #replaying = new Map<string, Replaying>();

  constructor(settled: AnsweredWindow) {
    this.#settled = settled;
  }

  find(asker: Asker, requestId: string): StoredAnswer | undefined {
    return this.#underWay.get(key(asker, requestId)) ?? this.#settled.find(asker, requestId);
  }

  replaying(asker: Asker, requestId: string): Replaying | undefined {
    return this.#replaying.get(key(asker, requestId));
  }

  /** From here until `settle` the same request joins this replay. */
  startReplay(asker: Asker, requestId: string, digest: string): void {
    this.#replaying.set(key(asker, requestId), { digest, joined: [] });
  }

  /** Answers whoever asked meanwhile; what says "ask again later" is not kept, so that it can be asked again. */
  endReplay(answer: StoredAnswer): void {
    const place = key(answer, answer.request_id);
    for (const respond of this.#replaying.get(place)?.joined ?? []) respond(answer.reply);
    this.#replaying.delete(place);
    const { reply } = answer;
    if (reply.ok || !passing.includes(reply.error.code)) this.#settled.remember(answer);
  }

  decided(answer: StoredAnswer): void {
    this.#underWay.set(key(answer, answer.request_id), answer);
  }

  settle(answer: StoredAnswer): void {
    this.#underWay.delete(key(answer, answer.request_id));
    this.#settled.remember(answer);
  }

  /** The settled ones. */
  all(): Iterable<StoredAnswer> {
    return this.#settled.all();
  }
}

/** Request ids hold no NUL. */
function key(asker: Asker, requestId: string): string {
  return `${askerKey(asker)}\0${requestId}`;
}
