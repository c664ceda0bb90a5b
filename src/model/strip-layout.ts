/** What the renderer is told of strips and zones: plain data that crosses a thread or process boundary. */
import type { componentOrders, OutputConfig } from './config.ts';

export interface StripLayout {
  readonly id: string;
  /** LEDs. */
  readonly length: number;
  readonly order: (typeof componentOrders)[number];
  readonly output: OutputConfig;
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
  readonly gamma: number;
  readonly onStop: 'keep' | 'off';
}
