/** The topics of which a client missed a message, and bringing it up to date: one after another, the oldest first. */

/** Beyond, the one missed longest ago is forgotten. */
const TOPICS_MOST = 12_000;

/** Sends the newest message of a topic; calls `done` when the next may follow. @returns false where it has to wait. */
export type MakeUp = (topic: string, qos0: boolean, done: () => void) => boolean;

export class Missed {
  readonly #send: MakeUp;
  readonly #topics = new Map<string, boolean>();
  #sending = false;

  constructor(send: MakeUp) {
    this.#send = send;
  }

  /** @param qos0 whether it was sent as QoS 0. */
  add(topic: string, qos0: boolean): void {
    this.#topics.delete(topic);
    this.#topics.set(topic, qos0);
    if (this.#topics.size <= TOPICS_MOST) return;
    for (const oldest of this.#topics.keys()) {
      this.#topics.delete(oldest);
      break;
    }
  }

  /** Sends what can be sent now. */
  makeUp(): void {
    if (this.#sending) return;
    for (const [topic, qos0] of this.#topics) {
      this.#sending = true;
      const sent = this.#send(topic, qos0, () => {
        this.#sending = false;
        this.makeUp();
      });
      if (sent) this.#topics.delete(topic);
      else this.#sending = false;
      return;
    }
  }
}
