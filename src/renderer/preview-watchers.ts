/**
 * Whoever watches what is shown. The renderer is asked for as much as the one who wants most gets; each is given no more
 * than it wanted, and the last picture always. Nobody there: the renderer is asked for nothing.
 */
import { Newest, type Timing } from '../base/newest.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import type { PreviewStrip } from './messages.ts';

/** @param layout what the strips and zones are now; pictures that were under way when it changed are of the one before. */
export type PreviewListener = (strips: readonly PreviewStrip[], layout: RenderLayout) => void;

interface Picture {
  readonly strips: readonly PreviewStrip[];
  readonly layout: RenderLayout;
}

interface Watcher {
  readonly fps: number;
  readonly newest: Newest<Picture>;
}

const systemTiming: Timing = {
  nowMs: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export class PreviewWatchers {
  readonly #ask: (fps: number) => void;
  readonly #timing: Timing;
  readonly #watchers = new Set<Watcher>();

  /** @param ask is told how many pictures a second are wanted; each time it is, the present one is, too. */
  constructor(ask: (fps: number) => void, timing: Timing = systemTiming) {
    this.#ask = ask;
    this.#timing = timing;
  }

  /** What the renderer is asked for; 0 while nobody watches. */
  get fps(): number {
    return Math.max(0, ...[...this.#watchers].map(({ fps }) => fps));
  }

  /** @param fps above 0. @returns what ends it. */
  add(fps: number, listener: PreviewListener): () => void {
    const newest = new Newest<Picture>(1000 / fps, this.#timing, ({ strips, layout }) => listener(strips, layout));
    const watcher = { fps, newest };
    this.#watchers.add(watcher);
    this.#ask(this.fps);
    return () => {
      newest.stop();
      const before = this.fps;
      if (this.#watchers.delete(watcher) && this.fps !== before) this.#ask(this.fps);
    };
  }

  hear(strips: readonly PreviewStrip[], layout: RenderLayout): void {
    for (const { newest } of this.#watchers) newest.offer({ strips, layout });
  }
}
