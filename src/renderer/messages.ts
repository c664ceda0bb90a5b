/** What passes between the daemon and the renderer, whether that is a thread or a process: targets in, reports out. */
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';

export type ToRenderer =
  | { readonly kind: 'configure'; readonly layout: RenderLayout }
  /** `token` counts up; the renderer reports the newest one that a sent frame shows. */
  | {
      readonly kind: 'show';
      readonly token: number;
      readonly changes: readonly TargetChange[];
      readonly overlays: readonly Overlay[];
      readonly report: boolean;
    }
  /** Asks for copies of what is shown, at most `fps` a second and only while it changes; 0 ends it. */
  | { readonly kind: 'preview'; readonly fps: number }
  | { readonly kind: 'stop' };

export type FromRenderer =
  | { readonly kind: 'ready' }
  /** Every output concerned has taken a frame that shows all changes up to `token`. */
  | { readonly kind: 'shown'; readonly token: number; readonly failing: boolean }
  | { readonly kind: 'stats'; readonly stats: RendererStats }
  | { readonly kind: 'overrun'; readonly lateMs: number; readonly overruns: number }
  | { readonly kind: 'output_failed'; readonly strip: string; readonly message: string; readonly cure: string; readonly retryMs: number }
  | { readonly kind: 'output_recovered'; readonly strip: string; readonly downMs: number }
  /** RGB bytes of each strip as sent, before the component order. */
  | { readonly kind: 'preview'; readonly strips: readonly { readonly id: string; readonly rgb: Uint8Array }[] }
  | { readonly kind: 'stopped' };

/** Sent once a second while frames are made, and whenever they start or end. */
export interface RendererStats {
  /** Frames of the last second. */
  readonly fps: number;
  /** Frames since start. */
  readonly frames: number;
  readonly overruns: number;
  /** Estimated current of all strips, from the bytes last sent. */
  readonly currentMa: number;
  /** Whether something moves. */
  readonly moving: boolean;
  /** The loop's own heartbeat: counts its turns, moving or still. */
  readonly beats: number;
}
