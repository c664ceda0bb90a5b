/** What passes between the renderer and its effects thread beside the pixels, which go through a desk (desk.ts). */
import type { EffectDeclaration } from '../../model/catalog.ts';
import type { DeskSize } from './desk.ts';

/** A file that was not loaded, and why. */
export interface RefusedFile {
  /** Its name in the folder; of the folder itself, its path. */
  readonly file: string;
  readonly message: string;
  readonly cure: string;
}

/** `threw`: its code threw an error; `overtime`: it gave no answer; `died`: it took its thread down, or too much memory. */
export type FailureCode = 'threw' | 'overtime' | 'died';

/** What a thread is started with. */
export interface LoadJob {
  readonly folder: string;
  /** Names that effects bear already, folded. */
  readonly taken: readonly string[];
  /** Lengths that effects will be drawn at. */
  readonly lengths: readonly number[];
  /** Files that are passed over: they took a thread down. */
  readonly skip: readonly string[];
  /** Files that are loaded, and no others; null for all. */
  readonly only: readonly string[] | null;
}

/** An effect that the thread holds; its index in the list is what it is asked for by. */
export interface LoadedEffect {
  readonly file: string;
  /** Of the file's text. */
  readonly digest: string;
  readonly declaration: EffectDeclaration;
  readonly palette: string;
  readonly animated: boolean;
  readonly ring: boolean;
  /** Cells of state by length; none where it never has a state. */
  readonly cells: readonly (readonly [length: number, cells: number])[];
}

export type FromEffects =
  /** This file is being loaded from now on. */
  | { readonly kind: 'loading'; readonly file: string }
  /** Draws from now on. */
  | {
      readonly kind: 'loaded';
      readonly effects: readonly LoadedEffect[];
      readonly refused: readonly RefusedFile[];
      readonly size: DeskSize;
      readonly desk: SharedArrayBuffer;
    }
  /** Why the answer on the desk was not a picture. */
  | { readonly kind: 'threw'; readonly index: number; readonly code: FailureCode; readonly message: string };
