/** Says which topics the broker denies the daemon, each once a connection, and what to do. */
import type { Logger } from '../../base/logger.ts';
import type { Topics } from '../../model/topics.ts';

/** Topics told a connection; further ones are silent. */
const TOLD_MOST = 50;

export class Denials {
  readonly #topics: Topics;
  readonly #logger: Logger;
  readonly #told = new Set<string>();

  constructor(topics: Topics, logger: Logger) {
    this.#topics = topics;
    this.#logger = logger;
  }

  /** With another connection they may be others. */
  forget(): void {
    this.#told.clear();
  }

  tell(topic: string, code: number): void {
    if (this.#told.has(topic) || this.#told.size >= TOLD_MOST) return;
    this.#told.add(topic);
    const { base } = this.#topics;
    const ours = topic.startsWith(`${base}/`) ? `${base}/#` : topic;
    const cure = `let the daemon's user read and write ${ours} in the broker's access list`;
    this.#logger.error({ topic, code, cure }, 'the broker denies the daemon a topic');
  }
}
