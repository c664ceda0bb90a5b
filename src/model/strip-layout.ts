/** What the renderer is told of strips and zones: plain data that crosses a thread or process boundary. */
import type { OutputLayout } from './config-outputs.ts';
import type { AutoWhite, ComponentOrder, Dither } from './config-strip.ts';

export interface StripLayout {
  readonly id: string;
  /** LEDs. */
  readonly length: number;
  readonly order: ComponentOrder;
  readonly output: OutputLayout;
  /** Drive of r, g, b at which the strip looks white, 0 to 255 each; all 255 leaves them as they are. */
  readonly whiteBalance: readonly [number, number, number];
  /** What a white component shows of a colour that has no white of its own. */
  readonly autoWhite: AutoWhite;
  /** Colour of the white component, kelvin; null where it is the white of r, g, b at full. */
  readonly whiteKelvin: number | null;
  readonly draw: CurrentDraw;
}

/** What one LED draws, in milliamperes at the strip's own voltage. */
export interface CurrentDraw {
  /** At full, each by itself. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly white: number;
  /** Dark. */
  readonly idle: number;
  /** Components in series: the largest of a LED counts, not their sum. */
  readonly series: boolean;
}

/** Strips that one supply feeds. */
export interface SupplyLayout {
  readonly id: string;
  readonly limitMa: number;
  /** Indices into `RenderLayout.strips`; each strip has one supply at most. */
  readonly strips: readonly number[];
}

/** A palette of the user's. */
export interface PaletteLayout {
  readonly id: string;
  /** One or more, by rising `at`, which is 0 to 1; r, g, b as sent. */
  readonly stops: readonly { readonly at: number; readonly color: readonly [number, number, number] }[];
}

/** Exponent of each component, 1 to 4. */
export interface GammaLayout {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly white: number;
}

/** A run of one strip, in the order in which the zone walks it. */
export interface SegmentLayout {
  /** Index into `RenderLayout.strips`. */
  readonly strip: number;
  readonly first: number;
  readonly length: number;
  readonly reverse: boolean;
}

export interface ZoneLayout {
  readonly id: string;
  /** LEDs of all its segments. */
  readonly length: number;
  readonly segments: readonly SegmentLayout[];
}

export interface RenderLayout {
  readonly strips: readonly StripLayout[];
  /** In drawing order: where zones overlap, the later one is seen. */
  readonly zones: readonly ZoneLayout[];
  readonly fps: number;
  readonly gamma: GammaLayout;
  readonly dither: Dither;
  readonly supplies: readonly SupplyLayout[];
  readonly palettes: readonly PaletteLayout[];
  /** The folder with the user's effects, absolute; null for none. */
  readonly effectsPath: string | null;
  readonly onStop: 'keep' | 'off';
}
