/**
 * The effects of the user's own as the daemon knows them: which there are, and what went wrong with their files. The
 * renderer runs them; here are their declarations alone.
 */
import type { Report } from '../engine/ports.ts';
import type { EffectDeclaration } from '../model/catalog.ts';
import type { OwnEffectsMessage } from '../renderer/messages.ts';

/** Longest that a start waits for them: longer than it takes to load any folder with one bad file or two. */
const LONGEST_WAIT_MS = 5000;

const CURES = {
  threw: 'correct its file and reload',
  overtime: 'make it draw a frame within a few milliseconds, without endless loops, and reload',
  died: 'let it neither end its thread nor keep more and more memory, and reload',
} as const;

export class OwnEffects {
  readonly #report: Report;
  /** Others are there now: clients are to be told. */
  readonly #changed: () => void;
  #declarations: readonly EffectDeclaration[] = [];
  /** Stopped since the files were read last; a renderer that starts anew reads them again, and they stay stopped. */
  readonly #stopped = new Set<string>();
  /** The files are being read anew: what is stopped until they are is of the old ones. */
  #isRenewing = false;
  #heard: () => void = () => undefined;

  constructor(report: Report, changed: () => void) {
    this.#report = report;
    this.#changed = changed;
  }

  get declarations(): readonly EffectDeclaration[] {
    return this.#declarations;
  }

  /** Without a folder there is nothing to wait for. @param path the folder. */
  async first(path: string | null): Promise<void> {
    if (path === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_WAIT_MS);
      timer.unref(); // a start that fails meanwhile does not wait
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The files are read anew. */
  reload(): void {
    this.#isRenewing = true;
  }

  /** @param path the folder that the configuration names by now. */
  hear(message: OwnEffectsMessage, path: string | null): void {
    if (message.kind === 'effects') this.#take(message, path);
    else this.#drop(message);
    this.#heard();
    this.#changed();
  }

  #take({ folder, declarations, refused }: Extract<OwnEffectsMessage, { kind: 'effects' }>, path: string | null): void {
    if (this.#isRenewing) this.#stopped.clear();
    this.#isRenewing = false;
    this.#declarations = declarations.filter(({ id }) => !this.#stopped.has(id));
    for (const { file, message, cure } of refused) this.#report('system.effect_refused', { file, message, cure });
    if (folder === path) return;
    const message = 'effects run as root here, and root keeps the folder that it was started with';
    this.#report('system.effect_refused', { file: path ?? folder, message, cure: 'restart the daemon' });
  }

  #drop({ effect, code, message }: Extract<OwnEffectsMessage, { kind: 'effect_failed' }>): void {
    this.#stopped.add(effect);
    this.#declarations = this.#declarations.filter(({ id }) => id !== effect);
    this.#report('system.effect_failed', { effect, code, message, cure: CURES[code] });
  }
}
