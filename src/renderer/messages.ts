/** What passes between the daemon and the renderer, whether that is a thread or a process: targets in, reports out. */
import type { SupplyStatus } from '../light/supply.ts';
import type { EffectDeclaration } from '../model/catalog.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import type { FailureCode, RefusedFile } from './user-effects/messages.ts';

export type ToRenderer =
  | { readonly kind: 'configure'; readonly layout: RenderLayout }
  /** `token` counts up; with `report` it is answered by a `shown` of itself or of a later one. */
  | {
      readonly kind: 'show';
      readonly token: number;
      readonly changes: readonly TargetChange[];
      readonly overlays: readonly Overlay[];
      readonly report: boolean;
    }
  /** Asks for copies of what is shown, at most `fps` a second and only while it changes; 0 ends it. */
  | { readonly kind: 'preview'; readonly fps: number }
  /** Asks for the effects of the layout's folder to be read, anew. */
  | { readonly kind: 'effects' }
  /** Asks for a `stats` now: shows that the loop's thread is alive. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'stop' };

export type FromRenderer =
  /** The first layout is in force; sent once. */
  | { readonly kind: 'ready' }
  /** Every output concerned has taken a frame that shows all changes up to `token`, but for the tokens in `failed`. */
  | { readonly kind: 'shown'; readonly token: number; readonly failed: readonly number[] }
  | { readonly kind: 'stats'; readonly stats: RendererStats }
  /** At most one a second: the worst lateness since the last such message, and all skipped frames since start. */
  | { readonly kind: 'overrun'; readonly lateMs: number; readonly overruns: number }
  /** The wire of this strip is too slow for the frame rate asked for: `fps` is what it allows. Sent once per layout. */
  | { readonly kind: 'capped'; readonly strip: string; readonly wireMs: number; readonly fps: number }
  | {
      readonly kind: 'output_failed';
      readonly strip: string;
      readonly code: string;
      readonly message: string;
      readonly cure: string;
      /** null where only another layout, or a restart, can help. */
      readonly retryMs: number | null;
    }
  | { readonly kind: 'output_recovered'; readonly strip: string; readonly downMs: number }
  /** A supply's limit begins to dim its strips, or does so no longer; the estimate of what they would draw without it. */
  | { readonly kind: 'power'; readonly supply: string; readonly limiting: boolean; readonly limitMa: number; readonly wantedMa: number }
  | OwnEffectsMessage
  /** RGB bytes of each strip as a monitor should show them, before gamma and component order. */
  | { readonly kind: 'preview'; readonly strips: readonly PreviewStrip[] }
  | { readonly kind: 'stopped' };

export type OwnEffectsMessage =
  /** The user's effects that there are from now on, in the place of those before; and files that are none. */
  | {
      readonly kind: 'effects';
      /** Where they were read; null for nowhere. */
      readonly folder: string | null;
      readonly declarations: readonly EffectDeclaration[];
      readonly refused: readonly RefusedFile[];
    }
  /** It was stopped, and is solid until the effects are read anew. */
  | { readonly kind: 'effect_failed'; readonly effect: string; readonly code: FailureCode; readonly message: string };

/** Asks a keeper for a renderer; it is started with the `configure` that follows. */
export type ToKeeper = ToRenderer | { readonly kind: 'launch' };
/** The renderer is gone, the keeper is not. */
export type FromKeeper = FromRenderer | { readonly kind: 'ended'; readonly reason: string };

export interface PreviewStrip {
  readonly id: string;
  readonly rgb: Uint8Array;
}

/** Sent once a second while frames are made, and whenever they start or end. */
export interface RendererStats {
  /** Frames of the last second. */
  readonly fps: number;
  /** Frames since start. */
  readonly frames: number;
  /** Frames skipped since start, because their moment was a whole period past. */
  readonly overruns: number;
  /** Estimated current of all strips, from the bytes last sent. */
  readonly currentMa: number;
  readonly supplies: readonly SupplyStatus[];
  /** Whether something moves. */
  readonly moving: boolean;
  /** The loop's own heartbeat: counts its turns, moving or still. */
  readonly beats: number;
}
