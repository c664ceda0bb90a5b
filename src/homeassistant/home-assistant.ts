/**
 * Makes the installation known to Home Assistant and keeps it so: at our start, when something changes, and when it says that it
 * is there. Needs nothing of it, and never waits for it.
 */
import type { Logger } from '../base/logger.ts';
import type { Timing } from '../base/newest.ts';
import {
  emptied,
  forget,
  nothingTold,
  type Placed,
  type Retained,
  revived,
  standing,
  type Told,
  tell,
  toldSchema,
  withoutOthers,
} from './announcement.ts';
import { buildDiscovery, discoveryTopic } from './discovery.ts';
import type { Installation } from './installation.ts';
import { Steps } from './steps.ts';

/** Spread at random, so that not everything answers Home Assistant at the same moment. */
const LONGEST_DELAY_MS = 3000;
/**
 * While Home Assistant is at work on one message of a device it loses most of the next one: between two that differ it gets this
 * long, and what has changed is said once more after it.
 */
export const SETTLE_MS = 5000;

/** Where it says that it comes and goes; another prefix for discovery does not change that. */
const USUAL_PREFIX = 'homeassistant';

/** The broker, as far as this needs one. */
export interface BrokerPort {
  /** Another one with each connection to the broker; `null` while there is none. */
  link(): number | null;
  /** It is ours: whatever an earlier run has said there nobody else can stand for. */
  readonly isInside: boolean;
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
  /** The base topic of this run. */
  readonly base: string;
  readonly broker: BrokerPort;
  readonly memory: Memory;
  readonly timing: Timing;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

export class HomeAssistant {
  readonly #parts: HomeAssistantParts;
  readonly #steps: Steps;
  #told: Told = nothingTold;
  /** The first time in a run it is said whatever was told before: the broker may not have it any more. */
  #isSaid = false;
  /** It has said that it is there and is answered in a moment; `null`: it is not waiting. */
  #cancelAnswer: (() => void) | null = null;
  /** What is gone is being taken leave of; what was brought back for that may still stand. */
  #farewell: 'none' | 'revived' | 'dismissed' = 'none';
  #isStopped = false;

  constructor(parts: HomeAssistantParts) {
    this.#parts = parts;
    this.#steps = new Steps(parts.timing, SETTLE_MS);
  }

  /** To be called before the broker is there for others, and when what was kept can be recalled. */
  open(): void {
    const { prefix, broker, memory } = this.#parts;
    for (const each of new Set([USUAL_PREFIX, prefix])) broker.hear(`${each}/status`, (payload) => this.#hear(payload));
    const recalled = memory.recall();
    if (recalled !== undefined) this.#told = this.#own(this.#parse(recalled));
  }

  /** @param installation `null` where Home Assistant is to know nothing of us. */
  take(installation: Installation | null): void {
    if (this.#isStopped) return;
    const now = installation === null ? null : this.#place(installation);
    const before = this.#told;
    if (JSON.stringify(before.now) === JSON.stringify(now) && this.#isSaid) return;
    this.#isSaid = true;
    this.#endFarewell();
    this.#keep(tell(before, now));
    if (before.now !== null && before.now.topic !== now?.topic) this.#say([[before.now.topic, '']]);
    this.#steps.run([() => this.#sayStanding(), () => this.#sayStanding()]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#steps.cancel();
    this.#cancelAnswer?.();
  }

  #place(installation: Installation): Placed {
    return { topic: discoveryTopic(this.#parts.prefix, installation.topics.base), document: buildDiscovery(installation) };
  }

  #hear(payload: string): void {
    if (this.#isStopped) return;
    if (payload === 'online') this.#greet();
    if (payload !== 'offline') return;
    this.#cancelAnswer?.();
    this.#cancelAnswer = null;
    this.#endFarewell();
  }

  /** It says that it is there once more while it waits, or while leave is taken: that ends with an answer. */
  #greet(): void {
    const { timing, random } = this.#parts;
    if (this.#farewell !== 'none') return;
    this.#cancelAnswer ??= timing.after(random() * LONGEST_DELAY_MS, () => {
      this.#cancelAnswer = null;
      if (this.#told.gone.length > 0) return this.#takeLeave();
      const repeat = this.#steps.isBusy ? [() => this.#sayStanding()] : [];
      this.#steps.run([() => this.#answer(), ...repeat]);
    });
  }

  /** In the order in which it wants them: what there is, that it is available, how it is. */
  #answer(): void {
    this.#sayStanding();
    this.#parts.broker.retell();
  }

  /** It has just been started, and may have kept what left while it was away. None of it is forgotten that it may not have heard. */
  #takeLeave(): void {
    const { broker } = this.#parts;
    const link = broker.link();
    if (link === null) return;
    const revive = () => {
      this.#farewell = 'revived';
      this.#say(revived(this.#told));
      broker.retell();
    };
    const dismiss = () => {
      if (broker.link() !== link) return this.#endFarewell();
      this.#farewell = 'dismissed';
      this.#sayDismissal();
    };
    const forgetThem = () => {
      if (broker.link() !== link) return this.#endFarewell();
      this.#farewell = 'none';
      this.#keep(forget(this.#told));
      this.#answer();
    };
    this.#steps.run([revive, dismiss, forgetThem]);
  }

  /** Before its end: what is gone must not stand there as if it were not, and is remembered until the next time. */
  #endFarewell(): void {
    if (this.#farewell === 'none') return;
    this.#steps.cancel();
    if (this.#farewell === 'revived') this.#sayDismissal();
    this.#farewell = 'none';
  }

  #sayDismissal(): void {
    this.#say(emptied(this.#told));
    this.#sayStanding();
  }

  #sayStanding(): void {
    const words = standing(this.#told);
    if (words !== null) this.#say([words]);
  }

  #say(all: readonly Retained[]): void {
    for (const [topic, payload] of all) this.#parts.broker.retain(topic, payload);
  }

  /** Before anybody is told: what was told and is not kept could not be taken back after a restart. */
  #keep(told: Told): void {
    const isNew = JSON.stringify(told) !== JSON.stringify(this.#told);
    this.#told = told;
    if (isNew) this.#parts.memory.keep(told);
  }

  /** A store may be a copy of another daemon's, which still has its base topic: what is that one's is not taken back. */
  #own(told: Told): Told {
    const { broker, base, logger } = this.#parts;
    const own = broker.isInside ? told : withoutOthers(told, base);
    const cure = 'where no other daemon has it, delete the device in Home Assistant';
    if (own !== told) logger.info({ cure }, 'what was announced with another base topic stays as it is');
    return own;
  }

  #parse(recalled: unknown): Told {
    const told = toldSchema.safeParse(recalled);
    if (told.success) return told.data;
    this.#parts.logger.warn({}, 'it is not known any more what Home Assistant was told: what has left since may stay there');
    return nothingTold;
  }
}
