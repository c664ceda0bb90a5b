/**
 * The renderer itself: what the stage draws goes to the outputs, when the loop says so, and what happened goes back as
 * messages. The same in a thread and in a process; it knows neither.
 */

import type { Stage } from '../light/stage.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import { FrameLoop } from './frame-loop.ts';
import type { LoopClock } from './loop-clock.ts';
import type { FromRenderer, ToRenderer } from './messages.ts';
import type { MakeOutputs } from './outputs/make-outputs.ts';
import { OutputSet } from './outputs/output-set.ts';
import { PendingReports } from './pending-reports.ts';
import { PreviewFeed } from './preview-feed.ts';
import { StatsTeller } from './stats.ts';

/** What draws, or a stand-in for it. */
export type StageLike = Pick<Stage, 'strips' | 'configure' | 'show' | 'draw' | 'moving' | 'currentMa'>;

export interface RunnerParts {
  readonly clock: LoopClock;
  readonly makeStage: (layout: RenderLayout) => StageLike;
  readonly makeOutputs: MakeOutputs;
  readonly post: (message: FromRenderer) => void;
}

export class StageRunner {
  readonly #parts: RunnerParts;
  readonly #loop: FrameLoop;
  readonly #outputs: OutputSet;
  readonly #reports: PendingReports;
  readonly #preview: PreviewFeed;
  readonly #stats: StatsTeller;
  #stage: StageLike | null = null;
  #onStop: RenderLayout['onStop'] = 'keep';
  #frame = 0;
  /** The stage's time never goes back: a late grid moment may lie before a change that came meanwhile. */
  #stageMs = 0;

  constructor(parts: RunnerParts) {
    const { clock, post } = parts;
    this.#parts = parts;
    this.#reports = new PendingReports((token, failed) => post({ kind: 'shown', token, failed }));
    this.#preview = new PreviewFeed(clock, (strips) => post({ kind: 'preview', strips }));
    this.#stats = new StatsTeller(post);
    this.#outputs = new OutputSet(parts.makeOutputs, clock, {
      failed: (strip, { code, message, cure }, retryMs) => post({ kind: 'output_failed', strip, code, message, cure, retryMs }),
      recovered: (strip, downMs) => post({ kind: 'output_recovered', strip, downMs }),
      progress: () => this.#reports.check(),
    });
    this.#loop = new FrameLoop(clock, {
      frame: (momentMs) => this.#makeFrame(momentMs),
      refresh: () => this.#refresh(),
      overrun: (lateMs, skipped) => this.#stats.overrun(clock.nowMs(), lateMs, skipped),
    });
  }

  configure(layout: RenderLayout): void {
    const first = this.#stage === null;
    const stage = this.#stage ?? this.#parts.makeStage(layout);
    if (!first) stage.configure(layout, this.#advance(this.#parts.clock.nowMs()));
    this.#stage = stage;
    this.#onStop = layout.onStop;
    this.#outputs.configure(layout, stage.strips);
    // Changes may have waited for an output that is gone now.
    this.#reports.check();
    this.#preview.bind(stage.strips);
    this.#loop.configure(this.#times(layout));
    // Nothing is drawn before the first targets: LEDs that are lit go on so while the daemon starts anew.
    if (first) this.#parts.post({ kind: 'ready' });
    else this.#loop.wake();
  }

  /** Draws and sends before it returns where the scene is still. */
  show({ token, changes, overlays, report }: Extract<ToRenderer, { kind: 'show' }>): void {
    if (this.#stage === null) return;
    this.#stage.show(changes, overlays, this.#advance(this.#parts.clock.nowMs()));
    if (report) this.#reports.add(token, this.#outputs.ofZones(changes, overlays));
    this.#loop.wake();
  }

  preview(fps: number): void {
    this.#preview.request(fps);
  }

  /** Tells the counters as they are now. */
  tellStats(): void {
    this.#stats.tell(this.#parts.clock.nowMs(), this.#loop.moving, this.#loop.beats, this.#stage?.currentMa() ?? 0);
  }

  async stop(): Promise<void> {
    this.#loop.stop();
    this.#preview.stop();
    await this.#outputs.close({ off: this.#onStop === 'off' });
  }

  /** Grid and wire: no output is given frames faster than its wire takes them. */
  #times(layout: RenderLayout): { periodMs: number; gapMs: number; refreshMs: number } {
    const { gapMs, refreshMs, slowest } = this.#outputs.needs();
    const wantedMs = 1000 / layout.fps;
    if (slowest !== null && slowest.wireMs > wantedMs) {
      this.#parts.post({ kind: 'capped', strip: slowest.strip, wireMs: slowest.wireMs, fps: 1000 / slowest.wireMs });
    }
    return { periodMs: Math.max(wantedMs, slowest?.wireMs ?? 0), gapMs, refreshMs };
  }

  #makeFrame(momentMs: number): boolean {
    const stage = this.#stage;
    if (stage === null) return false;
    const stageMs = this.#advance(momentMs);
    stage.draw(stageMs);
    this.#frame += 1;
    this.#outputs.offer(this.#frame);
    this.#reports.framed(this.#frame);
    this.#preview.changed();
    const moving = stage.moving(stageMs);
    const nowMs = this.#parts.clock.nowMs();
    if (this.#stats.frameMade(nowMs, moving)) this.#stats.tell(nowMs, moving, this.#loop.beats, stage.currentMa());
    return moving;
  }

  #refresh(): void {
    this.#outputs.refresh();
  }

  #advance(nowMs: number): number {
    this.#stageMs = Math.max(this.#stageMs, nowMs);
    return this.#stageMs;
  }
}
