/**
 * The user's effects in the renderer: loads them from their folder, gives the stage an effect for each, and stops those
 * that fail. While others are loaded, those there are go on. Without a folder there is no thread and no work.
 */
import { fold } from '../../base/nearest.ts';
import type { Effect } from '../../light/effects/effect.ts';
import { effects as builtIn } from '../../light/effects/registry.ts';
import { NO_EFFECT } from '../../model/state.ts';
import type { RenderLayout } from '../../model/strip-layout.ts';
import type { LoopClock } from '../loop-clock.ts';
import type { OwnEffectsMessage } from '../messages.ts';
import { FIRST_PATIENCE_MS, FRAME_SHARE, LONGEST_PATIENCE_MS, MOST_RESTARTS } from './limits.ts';
import { type LoadedThread, Loading } from './loading.ts';
import type { LoadedEffect, LoadJob, RefusedFile } from './messages.ts';
import { keyOf, RemoteEffect } from './remote-effect.ts';
import { type Failed, type Patience, Serving } from './serving.ts';

export interface UserEffectsParts {
  readonly clock: LoopClock;
  /** The bundle of the effects thread. */
  readonly entry: URL;
  readonly post: (message: OwnEffectsMessage) => void;
  /** There are other effects: the stage is to take them. Called from the event loop, never while something is drawn. */
  readonly changed: () => void;
}

export class UserEffects {
  readonly #parts: UserEffectsParts;
  readonly #patience: Patience = { frame: 0, leftMs: 0, firstMs: 0 };
  #frameMs = LONGEST_PATIENCE_MS;
  #effects: ReadonlyMap<string, RemoteEffect> = new Map();
  /** By the serving thread's index. */
  #byIndex: readonly RemoteEffect[] = [];
  #serving: Serving | null = null;
  #loading: Loading | null = null;
  #job: LoadJob | null = null;
  /** Files of effects that were stopped since the last loading. */
  #stopped: string[] = [];
  #restarts = 0;

  constructor(parts: UserEffectsParts) {
    this.#parts = parts;
  }

  get effects(): ReadonlyMap<string, Effect> {
    return this.#effects;
  }

  /** Reads the layout's folder anew. What it says to the daemon comes later, and once. */
  load({ effectsPath, zones, fps }: RenderLayout): void {
    this.#frameMs = Math.min(LONGEST_PATIENCE_MS, (1000 / fps) * FRAME_SHARE);
    void this.#loading?.cancel();
    this.#loading = null;
    this.#stopped = [];
    this.#restarts = 0;
    if (effectsPath === null) return this.#clear();
    const lengths = [...new Set(zones.flatMap(({ length }) => [length, Math.ceil(length / 2)]))].sort((a, b) => a - b);
    this.#job = { folder: effectsPath, taken: takenNames(), lengths, skip: [], only: null };
    this.#begin(this.#job, (result, refused) => this.#take(result, refused));
  }

  /** A frame begins: its time for waiting is given anew. */
  beginFrame(): void {
    this.#patience.frame += 1;
    this.#patience.leftMs = this.#frameMs;
    this.#patience.firstMs = FIRST_PATIENCE_MS;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#loading?.cancel(), this.#serving?.kill()]);
  }

  #clear(): void {
    this.#job = null;
    this.#take(null, []);
  }

  #begin(job: LoadJob, done: (result: LoadedThread | null, refused: readonly RefusedFile[]) => void): void {
    const loading = new Loading(this.#parts.clock, this.#parts.entry, job, (result, refused) => {
      this.#loading = null;
      done(result, refused);
    });
    this.#loading = loading;
    loading.start();
  }

  /** Takes what was loaded in the place of what there was; what is the same goes on. */
  #take(result: LoadedThread | null, refused: readonly RefusedFile[]): void {
    const known = this.#effects;
    const loaded = result?.loaded.effects ?? [];
    this.#change(
      result,
      loaded.map((effect) => sameAs(known, effect) ?? new RemoteEffect(this.#parts.clock, effect)),
    );
    const folder = this.#job?.folder ?? null;
    this.#parts.post({ kind: 'effects', folder, declarations: loaded.map(({ declaration }) => declaration), refused });
    this.#parts.changed();
  }

  /** Goes on in another thread with those that there were; files that have changed meanwhile wait for a reload. */
  #resume(result: LoadedThread | null): void {
    const known = this.#effects;
    const loaded = result?.loaded.effects ?? [];
    const again = loaded.map((effect) => sameAs(known, effect) ?? new RemoteEffect(this.#parts.clock, effect));
    const lost = [...known.values()].filter((effect) => !again.includes(effect));
    this.#change(result, again, [...known.values()]);
    for (const effect of lost) this.#stop(effect, 'died', 'its file could not be loaded again as it was');
    if (lost.length > 0) this.#parts.changed();
  }

  #change(result: LoadedThread | null, byIndex: readonly RemoteEffect[], kept = byIndex): void {
    void this.#serving?.kill();
    for (const effect of this.#effects.values()) effect.bind(null, 0);
    this.#serving = null;
    if (result !== null) {
      const serving: Serving = new Serving(this.#parts.clock, result.thread, result.loaded, this.#patience, (failure) =>
        this.#hear(serving, failure),
      );
      this.#serving = serving;
      for (const [index, effect] of byIndex.entries()) effect.bind(serving, index);
    }
    this.#byIndex = byIndex;
    this.#effects = new Map(kept.map((effect) => [effect.declaration.id, effect]));
  }

  #hear(serving: Serving, { index, code, message, threadLives }: Failed): void {
    if (serving !== this.#serving) return;
    const effect = index === null ? undefined : this.#byIndex[index];
    if (effect !== undefined) this.#stop(effect, code, message);
    if (!threadLives) this.#restart(serving, message);
    if (effect !== undefined) this.#parts.changed();
  }

  #stop(effect: RemoteEffect, code: Failed['code'], message: string): void {
    effect.stop();
    this.#stopped.push(effect.file);
    const { id } = effect.declaration;
    this.#effects = new Map([...this.#effects].filter(([known]) => known !== id));
    this.#parts.post({ kind: 'effect_failed', effect: id, code, message });
  }

  #restart(serving: Serving, message: string): void {
    void serving.kill();
    this.#serving = null;
    for (const effect of this.#effects.values()) effect.bind(null, 0);
    // Those that are being loaded come with a thread of their own.
    if (this.#loading !== null || this.#job === null || this.#effects.size === 0) return;
    this.#restarts += 1;
    if (this.#restarts <= MOST_RESTARTS) {
      this.#begin({ ...this.#job, skip: this.#stopped }, (result) => this.#resume(result));
      return;
    }
    for (const effect of this.#effects.values())
      this.#stop(effect, 'died', `too many effects took their thread down, the last: ${message}`);
    this.#parts.changed();
  }
}

function sameAs(known: ReadonlyMap<string, RemoteEffect>, effect: LoadedEffect): RemoteEffect | undefined {
  const before = known.get(effect.declaration.id);
  return before?.key === keyOf(effect) ? before : undefined;
}

/** What no effect of the user's may be called, folded. */
function takenNames(): string[] {
  const known = builtIn.flatMap(({ declaration: { id, name, aliases } }) => [id, name, ...aliases]);
  return [NO_EFFECT, 'none', ...known].map(fold);
}
