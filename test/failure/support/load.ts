/** Clients that keep a number of commands under way, sending the next for each reply, until they are stopped. */
import { type Body, Caller } from './caller.ts';
import type { Random } from './random.ts';

const ZONES = ['floor', 'shelf'] as const;

export class Load {
  readonly callers: readonly Caller[];
  /** Values of brightness that were published on `zone/desk/set/brightness`, in order, and how many were acknowledged as done. */
  readonly setter: Caller;
  readonly published: number[] = [];
  acknowledged = 0;
  #counts = true;
  readonly #random: Random;
  #numbers = 0;
  #stopped = false;
  #level: number;

  private constructor(callers: readonly Caller[], setter: Caller, random: Random, level: number) {
    this.callers = callers;
    this.setter = setter;
    this.#random = random;
    this.#level = level;
  }

  /** @param level the last brightness that was published before: each publish changes something. */
  static async connect(port: number, name: string, random: Random, level: number): Promise<Load> {
    const callers = await Promise.all([1, 2, 3, 4].map((number) => Caller.connect(port, `${name}-${number}`)));
    return new Load(callers, await Caller.connect(port, `${name}-set`), random, level);
  }

  get answered(): number {
    return this.callers.reduce((sum, { answered }) => sum + answered, 0);
  }

  /** @param onReply told after each reply and acknowledgement. */
  start(onReply: () => void): void {
    for (const caller of this.callers) {
      const underWay = 1 + this.#random.integer(24);
      caller.onReply = () => {
        onReply();
        if (!this.#stopped) this.#send(caller);
      };
      for (let count = 0; count < underWay; count += 1) this.#send(caller);
    }
    for (let count = 0; count < 4; count += 1) this.#publish(onReply);
  }

  /** From here on the daemon may refuse what it acknowledges. */
  countNoMore(): void {
    this.#counts = false;
  }

  stop(): void {
    this.#stopped = true;
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.all([...this.callers, this.setter].map((caller) => caller.close()));
  }

  #send(caller: Caller): void {
    this.#numbers += 1;
    caller.send(`R${this.#numbers}`, this.#command());
  }

  #publish(onReply: () => void): void {
    this.#level = (this.#level % 255) + 1;
    this.published.push(this.#level);
    this.setter.set('diuna/zone/desk/set/brightness', String(this.#level), () => {
      if (this.#counts) this.acknowledged += 1;
      onReply();
      if (!this.#stopped) this.#publish(onReply);
    });
  }

  #command(): Body {
    const random = this.#random;
    const zone = random.pick(ZONES);
    const color = `#${random.integer(0x1000000).toString(16).padStart(6, '0')}`;
    switch (random.integer(8)) {
      case 0:
        return { type: 'zone.toggle', zone };
      case 1:
        return { type: 'zone.set_brightness', zone, brightness: random.integer(256) };
      case 2:
        return { type: 'zone.set', zone, state: 'ON', color, brightness: 1 + random.integer(255) };
      case 3:
        return { type: 'batch', commands: ['floor', 'shelf'].map((each) => ({ type: 'zone.set_color', zone: each, color })) };
      case 4:
        return { type: 'zone.set_power', zone, state: random.pick(['ON', 'OFF']) };
      case 5:
        return { type: 'zone.set_color', zone, color, if_version: random.integer(3) };
      default:
        return { type: 'zone.set_color', zone, color };
    }
  }
}
