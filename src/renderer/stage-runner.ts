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
import { PowerTeller } from './power-teller.ts';
import { PreviewFeed } from './preview-feed.ts';
import { StatsTeller } from './stats.ts';
import type { UserEffects } from './user-effects/user-effects.ts';

/** What draws, or a stand-in for it. */
export type StageLike = Pick<Stage, 'strips' | 'configure' | 'show' | 'draw' | 'moving' | 'dither' | 'currentMa' | 'supplies'>;

export interface RunnerParts {
  readonly clock: LoopClock;
  readonly makeStage: (layout: RenderLayout) => StageLike;
  readonly makeOutputs: MakeOutputs;
  readonly post: (message: FromRenderer) => void;
  /** @param changed to be called when there are other effects. Left out: there are no effects of the user's. */
  readonly makeOwnEffects?: (changed: () => void) => OwnEffectsLike;
}

/** The effects of the user's, or a stand-in for them. */
export type OwnEffectsLike = Pick<UserEffects, 'effects' | 'load' | 'beginFrame' | 'stop'>;

export class StageRunner {
  readonly #parts: RunnerParts;
  readonly #loop: FrameLoop;
  readonly #outputs: OutputSet;
  readonly #reports: PendingReports;
  readonly #preview: PreviewFeed;
  readonly #stats: StatsTeller;
  readonly #power: PowerTeller;
  readonly #own: OwnEffectsLike | null;
  #stage: StageLike | null = null;
  #layout: RenderLayout | null = null;
  #periodMs = 0;
  /** Whether the first targets have come. */
  #lit = false;
  #frame = 0;
  /** The stage's time never goes back: a late grid moment may lie before a change that came meanwhile. */
  #stageMs = 0;

  constructor(parts: RunnerParts) {
    const { clock, post } = parts;
    this.#parts = parts;
    this.#own = parts.makeOwnEffects?.(() => this.#takeEffects()) ?? null;
    this.#reports = new PendingReports((token, failed) => post({ kind: 'shown', token, failed }));
    this.#preview = new PreviewFeed(clock, (strips) => post({ kind: 'preview', strips }));
    this.#stats = new StatsTeller(post);
    this.#power = new PowerTeller((message) => {
      this.tellStats(); // first: who hears of a limit finds the figures of that frame
      post(message);
    });
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
    if (!first) this.#configureStage(stage, layout);
    this.#stage = stage;
    this.#layout = layout;
    this.#outputs.configure(layout, stage.strips);
    const times = this.#times(layout);
    this.#periodMs = times.periodMs;
    this.#bind(stage, layout);
    this.#loop.configure(times);
    // Nothing is drawn before the first targets: LEDs that are lit go on so while the daemon starts anew.
    if (first) this.#parts.post({ kind: 'ready' });
    else if (this.#lit) this.#loop.wake();
  }

  /** Reads the user's effects anew. */
  loadEffects(): void {
    if (this.#layout !== null) this.#own?.load(this.#layout);
  }

  /** Draws and sends before it returns where the scene is still. */
  show({ token, changes, overlays, report }: Extract<ToRenderer, { kind: 'show' }>): void {
    if (this.#stage === null) return;
    this.#lit = true;
    this.#stage.show(changes, overlays, this.#advance(this.#parts.clock.nowMs()));
    if (report) this.#reports.add(token, this.#outputs.ofZones(changes, overlays));
    this.#loop.wake();
  }

  preview(fps: number): void {
    this.#preview.request(fps);
  }

  /** Tells the counters as they are now. */
  tellStats(): void {
    const stage = this.#stage;
    this.#stats.tell(this.#parts.clock.nowMs(), this.#loop.moving, this.#loop.beats, stage?.currentMa() ?? 0, stage?.supplies ?? []);
  }

  async stop(): Promise<void> {
    this.#loop.stop();
    this.#preview.stop();
    // Not waited for: it may hang in what the user wrote, and the lights come first.
    void this.#own?.stop();
    await this.#outputs.close({ off: this.#layout?.onStop === 'off' });
  }

  /** Other effects of the user's, in the same layout. */
  #takeEffects(): void {
    if (this.#stage === null || this.#layout === null) return;
    this.#configureStage(this.#stage, this.#layout);
    this.#outputs.configure(this.#layout, this.#stage.strips);
    this.#bind(this.#stage, this.#layout);
    if (this.#lit) this.#loop.wake();
  }

  #configureStage(stage: StageLike, layout: RenderLayout): void {
    stage.configure(layout, this.#advance(this.#parts.clock.nowMs()), this.#own?.effects);
  }

  /** What follows from a layout that the stage has taken, once the outputs have. */
  #bind(stage: StageLike, layout: RenderLayout): void {
    // Changes may have waited for an output that is gone now.
    this.#reports.check();
    this.#preview.bind(stage.strips);
    this.#power.keep(stage.supplies);
    stage.dither(dithers(layout.dither, this.#periodMs));
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
    this.#own?.beginFrame();
    stage.draw(stageMs);
    this.#frame += 1;
    this.#outputs.offer(this.#frame);
    this.#reports.framed(this.#frame);
    this.#preview.changed();
    const moving = stage.moving(stageMs);
    const nowMs = this.#parts.clock.nowMs();
    this.#power.framed(stage.supplies);
    if (this.#stats.frameMade(nowMs, moving)) this.#stats.tell(nowMs, moving, this.#loop.beats, stage.currentMa(), stage.supplies);
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

/** Slower frames than these let a dithered value be seen to blink. */
const LEAST_DITHER_FPS = 100;

function dithers(wish: RenderLayout['dither'], periodMs: number): boolean {
  return wish === 'auto' ? 1000 / periodMs >= LEAST_DITHER_FPS - 0.5 : wish === 'on';
}
