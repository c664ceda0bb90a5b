/**
 * Keeps root for a daemon that gave it away: starts the renderer that needs it, starts it anew when asked after it ended,
 * and passes messages on. It lights nothing itself and touches no hardware, so that it lives whatever the driver does.
 *
 * It stands between an unprivileged daemon and a process that writes to /dev/mem, and believes the daemon nothing that
 * could harm more than light: layouts are parsed, and the pins and DMA channels of the first one, and its folder of
 * effects, which came while the daemon still was root, stay the only ones for its whole life. Everything else is plain
 * data for JavaScript.
 */
import type { ChildProcess } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { RenderLayout } from '../model/strip-layout.ts';
import { forkEntry, postTo } from './fork-entry.ts';
import { layoutSchema } from './layout-schema.ts';
import { ignoreSignals } from './link.ts';
import type { FromKeeper } from './messages.ts';
import { pinsOf, rendererRole } from './role.ts';

/** A renderer that was left by its daemon darkens what it shall, and is ended after this. */
const FAREWELL_MS = 500;

const messageSchema = z.looseObject({ kind: z.string() });
const configureSchema = z.strictObject({ kind: z.literal('configure'), layout: layoutSchema });

/** @param entry the script to fork renderers of. */
export function keep(entry: string): void {
  ignoreSignals();
  const keeper = new Keeper(pathToFileURL(entry));
  process.on('message', (message) => keeper.hear(message));
  process.on('disconnect', () => keeper.leave());
}

class Keeper {
  readonly #entry: URL;
  #renderer: ChildProcess | null = null;
  #launchAsked = false;
  #pins: ReadonlySet<string> | null = null;
  #effects: { readonly path: string | null } | null = null;
  #ending = false;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** What is no message of ours is dropped. */
  hear(message: unknown): void {
    const known = messageSchema.safeParse(message);
    if (!known.success) return;
    switch (known.data.kind) {
      case 'launch':
        this.#launchAsked = true;
        return;
      case 'configure':
        return this.#configure(message);
      case 'stop':
        this.#ending = true;
        if (this.#renderer === null) process.exit();
    }
    if (this.#renderer !== null) postTo(this.#renderer, known.data);
  }

  /** The daemon is gone, or wants no renderer any more. */
  leave(): void {
    this.#ending = true;
    const renderer = this.#renderer;
    if (renderer === null) process.exit();
    if (renderer.connected) renderer.disconnect();
    setTimeout(() => renderer.kill('SIGKILL'), FAREWELL_MS);
  }

  #configure(message: unknown): void {
    const parsed = configureSchema.safeParse(message);
    if (!parsed.success) return this.#refuse(z.prettifyError(parsed.error));
    // Held as the pins are: what runs as root lies in the folder that root was started with, or nowhere.
    const wanted = parsed.data.layout.effectsPath;
    this.#effects ??= { path: wanted };
    const layout = { ...parsed.data.layout, effectsPath: wanted === null ? null : this.#effects.path };
    this.#pins ??= pinsOf(layout);
    if (this.#launchAsked && this.#renderer === null) this.#renderer = this.#fork(this.#pins);
    this.#launchAsked = false;
    if (this.#renderer !== null)
      postTo(this.#renderer, { kind: 'configure', layout } satisfies { kind: 'configure'; layout: RenderLayout });
  }

  #fork(pins: ReadonlySet<string>): ChildProcess {
    const renderer = forkEntry(this.#entry, rendererRole(pins), (reason) => {
      this.#renderer = null;
      if (this.#ending) process.exit();
      tell({ kind: 'ended', reason });
    });
    renderer.on('message', (message) => {
      if (process.connected && typeof message === 'object') process.send?.(message, () => undefined);
    });
    return renderer;
  }

  /** No configuration gives such a layout: it is a bug or an attack, and goes no further. */
  #refuse(why: string): void {
    // The next one may come from a daemon without root: what a first one did not name, none will.
    this.#pins ??= new Set();
    this.#effects ??= { path: null };
    console.error(`the renderer's keeper refuses a layout:\n${why}`);
    if (this.#renderer === null) tell({ kind: 'ended', reason: `its layout was refused: ${why}` });
  }
}

function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message, () => undefined);
}
