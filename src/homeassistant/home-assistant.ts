/**
 * Makes the installation known to Home Assistant and keeps it so: at our start, when something changes, and when it says that it
 * is there. Needs nothing of it, and never waits for it.
 */
import type { Logger } from '../base/logger.ts';
import type { Timing } from '../base/newest.ts';
import { emptied, forget, nothingTold, type Placed, revived, standing, type Told, tell, toldSchema, type Words } from './announcement.ts';
import { buildDiscovery, discoveryTopic } from './discovery.ts';
import type { Installation } from './installation.ts';

/** Not all that it restarts with answer at once. */
const LONGEST_DELAY_MS = 3000;
/**
 * While Home Assistant is at work on one message of a device it loses most of the next one: between two that differ it gets this
 * long, and what has changed is said once more after it.
 */
export const SETTLE_MS = 5000;

/** The broker, as far as this needs one. */
export interface Line {
  /** Publishes what stays there; an empty payload clears it. */
  retain(topic: string, payload: string): void;
  /** Calls the listener with what others publish there from now on, and not with what stays there. */
  hear(topic: string, listener: (payload: string) => void): void;
  /** Publishes once more that we are here, and the state of every zone. */
  retell(): void;
}

/** Keeps one value over a restart, as well as it can: nothing waits for it. */
export interface Memory {
  /** @returns `undefined` where there is none. */
  recall(): unknown;
  keep(value: object): void;
}

export interface HomeAssistantParts {
  readonly prefix: string;
  readonly line: Line;
  readonly memory: Memory;
  readonly timing: Timing;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

export class HomeAssistant {
  readonly #parts: HomeAssistantParts;
  #told: Told = nothingTold;
  /** The first time in a run it is said whatever was told before: the broker may not have it any more. */
  #isSaid = false;
  /** Ends what is under way, one step after another. */
  #cancelSteps: () => void = () => undefined;
  /** It has said that it is there and is answered in a moment; `null`: it is not waiting. */
  #cancelAnswer: (() => void) | null = null;

  constructor(parts: HomeAssistantParts) {
    this.#parts = parts;
  }

  /** To be called before the broker is there for others, and when what was kept can be recalled. */
  open(): void {
    const { prefix, line, memory } = this.#parts;
    line.hear(`${prefix}/status`, (payload) => {
      if (payload === 'online') this.#greet();
    });
    const recalled = memory.recall();
    if (recalled !== undefined) this.#told = this.#parse(recalled);
  }

  /** @param installation `null` where Home Assistant is to know nothing of us. */
  take(installation: Installation | null): void {
    const now = installation === null ? null : this.#place(installation);
    const before = this.#told;
    if (JSON.stringify(before.now) === JSON.stringify(now) && this.#isSaid) return;
    this.#isSaid = true;
    this.#keep(tell(before, now));
    if (before.now !== null && before.now.topic !== now?.topic) this.#say([[before.now.topic, '']]);
    this.#run([() => this.#sayStanding(), () => this.#sayStanding()]);
  }

  stop(): void {
    this.#cancelSteps();
    this.#cancelAnswer?.();
  }

  #place(installation: Installation): Placed {
    return { topic: discoveryTopic(this.#parts.prefix, installation.topics.base), document: buildDiscovery(installation) };
  }

  /** It says that it is there once more while it waits: one answer does. */
  #greet(): void {
    const { timing, random } = this.#parts;
    this.#cancelAnswer ??= timing.after(random() * LONGEST_DELAY_MS, () => {
      this.#cancelAnswer = null;
      this.#run(this.#told.gone.length === 0 ? [() => this.#answer()] : this.#farewell());
    });
  }

  /** In the order in which it wants them: what there is, that it is available, how it is. */
  #answer(): void {
    this.#sayStanding();
    this.#parts.line.retell();
  }

  /** It has just been started, and may have kept what left while it was away. */
  #farewell(): (() => void)[] {
    const revive = () => {
      this.#say(revived(this.#told));
      this.#parts.line.retell();
    };
    const dismiss = () => {
      this.#say(emptied(this.#told));
      this.#sayStanding();
    };
    const forgetThem = () => {
      this.#keep(forget(this.#told));
      this.#answer();
    };
    return [revive, dismiss, forgetThem];
  }

  /** The first at once, each other after the one before has settled. What was under way ends. */
  #run(steps: readonly (() => void)[]): void {
    this.#cancelSteps();
    const [step, ...rest] = steps;
    if (step === undefined) return;
    step();
    this.#cancelSteps = rest.length === 0 ? () => undefined : this.#parts.timing.after(SETTLE_MS, () => this.#run(rest));
  }

  #sayStanding(): void {
    const words = standing(this.#told);
    if (words !== null) this.#say([words]);
  }

  #say(all: readonly Words[]): void {
    for (const [topic, payload] of all) this.#parts.line.retain(topic, payload);
  }

  /** Before anybody is told: what was told and is not kept could not be taken back after a restart. */
  #keep(told: Told): void {
    const isNew = JSON.stringify(told) !== JSON.stringify(this.#told);
    this.#told = told;
    if (isNew) this.#parts.memory.keep(told);
  }

  #parse(recalled: unknown): Told {
    const told = toldSchema.safeParse(recalled);
    if (told.success) return told.data;
    this.#parts.logger.warn({}, 'it is not known any more what Home Assistant was told: what has left since may stay there');
    return nothingTold;
  }
}
