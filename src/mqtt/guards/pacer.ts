/**
 * Lets others have their turn while a message is handed to many: so many of its deliveries are made at once, the rest in the
 * next turns of the loop, in order. What comes meanwhile is read and answered between them, and not after the last.
 */

/** Of one message at once, and of what waits in one turn: less than a millisecond here, a few on the smallest Pi. */
const DELIVERIES_A_TURN = 48;
/** Deliveries that may wait; past it the oldest are made at once, as without this. */
const WAITING_MOST = 16_384;

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
  #queue: Delivery[] = [];
  #head = 0;
  /** The message that is being told, all of whose deliveries are asked for in one turn; and how many of them go at once. */
  #number = 0;
  #left = DELIVERIES_A_TURN;
  #isSet = false;
  #hurries = false;

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Delivers now, or in one of the next turns. @param number of the message. */
  run(to: Pace, number: number, deliver: () => void): void {
    if (number !== this.#number) {
      this.#number = number;
      this.#left = DELIVERIES_A_TURN;
    }
    const again = to.number === number;
    to.number = number;
    if (again && to.delivery !== null) {
      to.delivery.steps.push(deliver);
    } else if (again || ((this.#left > 0 || this.#hurries) && to.waiting === 0)) {
      this.#left -= 1;
      to.delivery = null;
      deliver();
    } else {
      this.#wait(to, deliver);
    }
  }

  /** The end is near: makes what waits, and lets nothing wait any more. */
  hurry(): void {
    this.#hurries = true;
    this.#make(Number.POSITIVE_INFINITY);
  }

  #wait(to: Pace, deliver: () => void): void {
    to.waiting += 1;
    to.delivery = { to, steps: [deliver] };
    this.#queue.push(to.delivery);
    if (this.waiting > WAITING_MOST) this.#make(1);
    this.#set();
  }

  #set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(() => {
      this.#isSet = false;
      this.#make(DELIVERIES_A_TURN);
      if (this.waiting > 0) this.#set();
    });
  }

  #make(most: number): void {
    for (let made = 0; made < most; made += 1) {
      const next = this.#queue[this.#head];
      if (next === undefined) break;
      this.#head += 1;
      next.to.waiting -= 1;
      if (next.to.delivery === next) next.to.delivery = null;
      for (const deliver of next.steps) deliver();
    }
    if (this.#head * 2 <= this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
