/**
 * A renderer that may do more than whoever tells it what to show: starts it, passes on what it may be told, and ends it.
 * For the keeper and for the renderer's service alike; they differ in how messages come, and in who says which pins.
 *
 * The daemon is believed nothing that could harm more than light: every message is parsed, the pins and the folder of
 * effects are those that root was started with, and what is no message of a daemon goes no further.
 */
import type { ChildProcess } from 'node:child_process';
import type * as z from 'zod';
import { printable } from '../base/printable.ts';
import { forkEntry, postTo, untilGone } from './fork-entry.ts';
import { messageSchema } from './message-schema.ts';
import type { FromRenderer, ToRenderer } from './messages.ts';
import { pinsOf, rendererRole } from './role.ts';

/** A renderer that was left by its daemon darkens what it shall, and is ended after this. */
const FAREWELL_MS = 500;
/** Of what is wrong with a message: enough to find the bug, and too little to fill a log. */
const MOST_CHARACTERS = 500;

type Layout = Extract<ToRenderer, { kind: 'configure' }>['layout'];

/** What a renderer may have of the machine. */
export interface Allowance {
  /** As `role.ts` writes them. */
  readonly pins: ReadonlySet<string>;
  readonly effectsPath: string | null;
}

export interface KeptRendererOptions {
  readonly entry: URL;
  /** `null`: what its first layout names, for good. */
  readonly allowed: Allowance | null;
  readonly tell: (message: FromRenderer) => void;
  /** It is gone, or never was. */
  readonly ended: (reason: string) => void;
}

export class KeptRenderer {
  readonly #options: KeptRendererOptions;
  #allowed: Allowance | null;
  #renderer: ChildProcess | null = null;
  #launchAsked = false;

  constructor(options: KeptRendererOptions) {
    this.#options = options;
    this.#allowed = options.allowed;
  }

  get runs(): boolean {
    return this.#renderer !== null;
  }

  /** @returns what is wrong with the message, which then goes no further. @param taken called once more may come. */
  hear(message: unknown, taken: () => void = () => undefined): string | null {
    const parsed = messageSchema.safeParse(message);
    if (!parsed.success) {
      taken();
      // The next one may come from a daemon without root: what a first one did not name, none will.
      this.#allowed ??= { pins: new Set(), effectsPath: null };
      return firstWrong(parsed.error);
    }
    const { data } = parsed;
    if (data.kind === 'launch') this.#launchAsked = true;
    else this.#post(data.kind === 'configure' ? { ...data, layout: this.#prepare(data.layout) } : data, taken);
    if (data.kind === 'launch') taken();
    return null;
  }

  /** The daemon is gone: the lights become what its layout says, the renderer ends, by force if it must. */
  async leave(): Promise<void> {
    const renderer = this.#renderer;
    if (renderer === null) return;
    const late = setTimeout(() => renderer.kill('SIGKILL'), FAREWELL_MS);
    await untilGone(renderer, () => {
      if (renderer.connected) renderer.disconnect();
    });
    clearTimeout(late);
  }

  #post(message: ToRenderer, taken: () => void): void {
    if (this.#renderer === null) taken();
    else postTo(this.#renderer, message, taken);
  }

  /** Held for its whole life: what runs as root lies in the folder that root was started with, or nowhere. */
  #prepare(layout: Layout): Layout {
    this.#allowed ??= { pins: pinsOf(layout), effectsPath: layout.effectsPath };
    if (this.#launchAsked && this.#renderer === null) this.#renderer = this.#fork(this.#allowed.pins);
    this.#launchAsked = false;
    return { ...layout, effectsPath: layout.effectsPath === null ? null : this.#allowed.effectsPath };
  }

  #fork(pins: ReadonlySet<string>): ChildProcess {
    const { entry, tell, ended } = this.#options;
    const renderer = forkEntry(entry, rendererRole(pins), (reason) => {
      this.#renderer = null;
      ended(reason);
    });
    // The channel carries what the entry's own types say: both ends are of one build.
    renderer.on('message', (message) => tell(message as FromRenderer));
    return renderer;
  }
}

/** Of many issues the first: whoever sends millions is not given as many lines. */
function firstWrong({ issues: [first] }: z.ZodError): string {
  return printable(`${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim().slice(0, MOST_CHARACTERS));
}
