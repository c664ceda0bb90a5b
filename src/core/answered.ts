/**
 * The dedup window: what each client of each user was answered, by request id. Bounded by count, never by time, so that a clock that
 * jumps forgets nothing: at least the newest 1,024 answers a client, and 32,768 in all, past which the client that was
 * quiet longest loses its oldest ones.
 */
import type { Reply } from '../model/reply.ts';

/** Whose request ids they are: a client id that another user comes by later brings along none of them. */
export interface Asker {
  /** `null` where no users are configured. */
  readonly user: string | null;
  readonly client: string;
}

/** The answer to one request id, kept so that a repetition gets the same one. */
export interface StoredAnswer extends Asker {
  readonly request_id: string;
  /** Of the command's canonical form: tells a repetition from a reuse. */
  readonly digest: string;
  readonly reply: Reply;
}

export const ANSWERS_PER_CLIENT = 1024;
export const ANSWERS_IN_ALL = 32_768;

export class AnsweredWindow {
  /** Clients in order of their last new answer, and each client's answers in order of age. */
  readonly #clients = new Map<string, Map<string, StoredAnswer>>();
  readonly #perClient: number;
  readonly #inAll: number;
  #count = 0;

  constructor(perClient = ANSWERS_PER_CLIENT, inAll = ANSWERS_IN_ALL) {
    this.#perClient = perClient;
    this.#inAll = inAll;
  }

  get size(): number {
    return this.#count;
  }

  find(asker: Asker, requestId: string): StoredAnswer | undefined {
    return this.#clients.get(askerKey(asker))?.get(requestId);
  }

  remember(answer: StoredAnswer): void {
    const client = askerKey(answer);
    const answers = this.#clients.get(client) ?? new Map<string, StoredAnswer>();
    if (answers.delete(answer.request_id)) this.#count -= 1;
    answers.set(answer.request_id, answer);
    this.#clients.delete(client);
    this.#clients.set(client, answers);
    this.#count += 1;
    if (answers.size > this.#perClient) this.#forgetOldest(client, answers);
    while (this.#count > this.#inAll) this.#forgetQuietest();
  }

  /** All answers, such that remembering them in this order gives the same window. */
  *all(): Generator<StoredAnswer> {
    for (const answers of this.#clients.values()) yield* answers.values();
  }

  #forgetQuietest(): void {
    for (const [client, answers] of this.#clients) {
      this.#forgetOldest(client, answers);
      return;
    }
  }

  #forgetOldest(client: string, answers: Map<string, StoredAnswer>): void {
    for (const requestId of answers.keys()) {
      answers.delete(requestId);
      this.#count -= 1;
      break;
    }
    if (answers.size === 0) this.#clients.delete(client);
  }
}

/** No user's name is empty, and none holds a NUL. */
export function askerKey({ user, client }: Asker): string {
  return `${user ?? ''}\0${client}`;
}
