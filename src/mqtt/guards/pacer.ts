/**
 * Lets others have their turn while a message is handed to many: so many deliveries are made in one turn of the loop, the
 * rest in the next ones, in order. A command that comes meanwhile is read between them, and not after the last.
 */

/** Less than a millisecond here, a few on the smallest Pi. */
const DELIVERIES_A_TURN = 48;

/** One client's deliveries: none overtakes another. */
export class Pace {
  waiting = 0;
  /** The message that came last, and its deliveries where they wait. */
  number = 0;
  delivery: Delivery | null = null;
}

/** Of one message to one client, once for each filter that matches: all in one turn, for so repetitions are told apart. */
interface Delivery {
  readonly to: Pace;
  readonly steps: (() => void)[];
}

export class Pacer {
  /** Bounded by who publishes: each waits until its message is delivered. */
  #queue: Delivery[] = [];
  #head = 0;
  #left = DELIVERIES_A_TURN;
  #isSet = false;

  /** Delivers now, or in one of the next turns. @param number of the message, which is told to all its receivers in one turn. */
  run(to: Pace, number: number, deliver: () => void): void {
    this.#set();
    const again = to.number === number;
    to.number = number;
    if (again && to.delivery !== null) {
      to.delivery.steps.push(deliver);
    } else if (again || (this.#left > 0 && to.waiting === 0)) {
      this.#left -= 1;
      to.delivery = null;
      deliver();
    } else {
      to.waiting += 1;
      to.delivery = { to, steps: [deliver] };
      this.#queue.push(to.delivery);
    }
  }

  #set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isSet = false;
    this.#left = DELIVERIES_A_TURN;
    while (this.#left > 0 && this.#head < this.#queue.length) {
      const next = this.#queue[this.#head];
      this.#head += 1;
      this.#left -= 1;
      if (next === undefined) continue;
      next.to.waiting -= 1;
      if (next.to.delivery === next) next.to.delivery = null;
      for (const deliver of next.steps) deliver();
    }
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#queue.length > 0) this.#set();
  }
}
