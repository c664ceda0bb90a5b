/** Knows what each request id was answered, from the moment it is decided; only what has settled goes into a snapshot. */
import type { AnsweredWindow, StoredAnswer } from '../core/answered.ts';

export class AnswerBook {
  readonly #settled: AnsweredWindow;
  /** Decided and not told yet: at most as many as the inbox holds. */
  readonly #underWay = new Map<string, StoredAnswer>();

  constructor(settled: AnsweredWindow) {
    this.#settled = settled;
  }

  find(client: string, requestId: string): StoredAnswer | undefined {
    return this.#underWay.get(key(client, requestId)) ?? this.#settled.find(client, requestId);
  }

  decided(answer: StoredAnswer): void {
    this.#underWay.set(key(answer.client, answer.request_id), answer);
  }

  settle(answer: StoredAnswer): void {
    this.#underWay.delete(key(answer.client, answer.request_id));
    this.#settled.remember(answer);
  }

  /** The settled ones. */
  all(): Iterable<StoredAnswer> {
    return this.#settled.all();
  }
}

/** Client ids and request ids hold no NUL. */
function key(client: string, requestId: string): string {
  return `${client}\0${requestId}`;
}
