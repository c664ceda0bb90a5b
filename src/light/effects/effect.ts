/**
 * What an effect is: a declaration for people, and a pure function of (time, seed, parameters, length) to pixels of
 * linear light. Same inputs, same bytes, on every machine: an effect uses integers, +, -, *, /, floor, comparisons and
 * square roots, which IEEE 754 rounds alike everywhere, and neither `Math.sin` nor `Math.pow`, whose last bits differ.
 * `reverse` and `mirror` are the picture's work, and so is `speed`: it is the pace of the clock that an effect is given.
 */
import type { EffectDeclaration, ParameterDeclaration } from '../../model/catalog.ts';
import type { Gradient } from '../gradient.ts';

export interface EffectInput {
  /** Milliseconds since the effect began, at the pace that speed sets; never decreases. */
  readonly timeMs: number;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** Pixels to fill; at least 1. */
  readonly length: number;
  /** 0 to 255. */
  readonly intensity: number;
  readonly gradient: Gradient;
  /** r, g, b of the zone's first, second and third colour, linear light; black where there is none. */
  readonly colors: Uint16Array;
  /** What the effect keeps from frame to frame; of `stateSize` cells. */
  readonly state: EffectState;
}

/** The arena of an effect that simulates something: where it is depends on its seed and the steps taken alone. */
export interface EffectState {
  readonly cells: Uint16Array;
  /** Steps taken so far. */
  step: number;
}

export interface Effect {
  readonly declaration: EffectDeclaration;
  /** Whether its picture changes with time. */
  readonly animated: boolean;
  /** The palette that `default` means. */
  readonly ownPalette: string;
  /** Whether it runs round the palette, whose end must then meet its beginning. */
  readonly ring: boolean;
  /** Cells that it needs for a length; 0 for one without a state. */
  stateSize(length: number): number;
  /** Fills `input.length` pixels, r, g, b each. */
  draw(pixels: Uint16Array, input: EffectInput): void;
}

/**
 * The parameters that all effects but the still one take; each says what speed and intensity mean to it.
 * @param colors what the zone's colours are to it, where that is not the usual.
 */
export function parameters(
  speed: string,
  intensity: string,
  colors = 'up to three; the first is what the palette Color 1 shows, the second the background, black where there is none',
): Readonly<Record<string, ParameterDeclaration>> {
  return {
    speed: { default: 128, min: 0, max: 255, meaning: `${speed}; eight times slower at 0, eight times faster at 255` },
    intensity: { default: 128, min: 0, max: 255, meaning: intensity },
    palette: { default: 'default', meaning: 'where its colours come from' },
    colors: { default: [], max: 3, meaning: colors },
    reverse: { default: false, meaning: 'runs from the end of the zone to its beginning' },
    mirror: { default: false, meaning: 'drawn on the first half of the zone and mirrored on the second' },
  };
}
