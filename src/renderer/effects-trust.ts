/**
 * Whether a renderer is given the user's effects. What ends it whole, memory above all, ends it again when it starts anew
 * with the same pictures: after two short lives in a row it goes on without them, until the files are read anew.
 */
import type { OwnEffectsMessage } from './messages.ts';

const SHORT_LIFE_MS = 10_000;
const MOST_SHORT_LIVES = 2;

export class EffectsTrust {
  readonly #tell: (message: OwnEffectsMessage) => void;
  #shortLives = 0;

  constructor(tell: (message: OwnEffectsMessage) => void) {
    this.#tell = tell;
  }

  get given(): boolean {
    return this.#shortLives < MOST_SHORT_LIVES;
  }

  renew(): void {
    this.#shortLives = 0;
  }

  /** A renderer ended by itself. @param folder of the effects that it had; null for none. */
  ended(folder: string | null, livedMs: number): void {
    if (folder === null || !this.given) return;
    this.#shortLives = livedMs < SHORT_LIFE_MS ? this.#shortLives + 1 : 1;
    if (this.given) return;
    const message = 'the renderer ended twice in a row while it ran effects of this folder, and goes on without them';
    const cure = 'look for one that takes more and more memory, correct it and reload';
    this.#tell({ kind: 'effects', folder, declarations: [], refused: [{ file: folder, message, cure }] });
  }
}
