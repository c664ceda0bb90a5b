/** What the renderer is asked to show. Plain data that crosses a thread or process boundary. */
import type { ZoneTarget } from './state.ts';

/** What a zone is to show from now on. */
export interface TargetChange {
  readonly zone: string;
  readonly target: ZoneTarget;
  /** Milliseconds; 0 is at once. */
  readonly transitionMs: number;
}

/** A picture over a zone's own for a while: `flash` in the zone's colour, `identify` in white; each blinks. */
export interface Overlay {
  readonly zone: string;
  readonly kind: 'flash' | 'identify';
  readonly durationMs: number;
}
