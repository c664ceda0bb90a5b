/**
 * The daemon's side of the renderer: starts it as a thread or a process, tells it what to show, hears what was shown, and
 * starts it anew with everything it knew when it ends by itself. The lights' last targets live here, so that nothing is
 * lost with it.
 */

import { assertNever } from '../base/assert-never.ts';
import type { Renderer, Report } from '../engine/ports.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import { EffectsTrust } from './effects-trust.ts';
import { HealthReports } from './health-reports.ts';
import { chooseIsolation } from './isolation.ts';
import type { Isolation, Launcher, Running } from './launch.ts';
import { launcherOf } from './launcher-of.ts';
import type { FromRenderer, OwnEffectsMessage, RendererStats } from './messages.ts';
import { type PreviewListener, PreviewWatchers } from './preview-watchers.ts';
import { Probes } from './probes.ts';
import { RestartPace } from './restart-pace.ts';
import { WaitingAnswers } from './waiting-answers.ts';

export interface RendererHostOptions {
  readonly layout: RenderLayout;
  readonly isolation: 'auto' | Isolation;
  /** Where the renderer's service listens; left out: nowhere. */
  readonly socket?: string;
  /** The daemon gives its rights away after it called `start`: a process then keeps them, for renderers to come. */
  readonly dropsRights?: boolean;
  readonly report: Report;
  /** The renderer's bundle; left out: renderer.js beside this module's own. */
  readonly entry?: URL;
  /** Hears which effects of the user's there are, and which had to be stopped. */
  readonly ownEffects?: (message: OwnEffectsMessage) => void;
  /** Hears what is no event but worth a line in the log. */
  readonly warn?: (message: string) => void;
}

export type { PreviewListener };

const MOST_WAITING = 4096;
const LONGEST_WAIT_MS = 5000;
/** Changes sent and not yet heard of: past it they wait here, each zone's newest only. */
const MOST_UNHEARD = 1024;
/** Every so many changes are asked after, whether or not somebody waits. */
const ASK_EVERY = 64;
const STOP_DEADLINE_MS = 1000;

export class RendererHost implements Renderer {
  readonly #options: RendererHostOptions;
  readonly #launcher: Launcher;
  readonly #health: HealthReports;
  readonly #waiting = new WaitingAnswers(MOST_WAITING, LONGEST_WAIT_MS);
  readonly #targets = new Map<string, TargetChange>();
  #layout: RenderLayout;
  #running: Running | null = null;
  #kind: Isolation | null = null;
  #token = 0;
  /** The newest token that the renderer reported. */
  #heard = 0;
  #behind = false;
  #stats: RendererStats | null = null;
  readonly #previews = new PreviewWatchers((fps) => this.#running?.post({ kind: 'preview', fps }));
  #stopping = false;
  #ended: () => void = () => undefined;
  #started: () => void = () => undefined;
  readonly #pace = new RestartPace();
  #restartTimer: NodeJS.Timeout | undefined;
  readonly #probes = new Probes();
  readonly #trust: EffectsTrust;

  constructor(options: RendererHostOptions, launcher: Launcher = launcherOf(options.layout, options)) {
    this.#options = options;
    this.#launcher = launcher;
    this.#layout = options.layout;
    this.#health = new HealthReports(options.report, options.warn ?? (() => undefined));
    this.#trust = new EffectsTrust((message) => options.ownEffects?.(message));
  }

  /** Resolves when the renderer lights the strips, or has failed for the first time: it is started again then. */
  async start(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const started = new Promise<void>((resolve) => {
      this.#started = resolve;
    });
    this.#launch();
    await started;
  }

  show(changes: readonly TargetChange[], overlays: readonly Overlay[], whenShown?: (shown: boolean) => void): void {
    this.#token += 1;
    for (const change of changes) this.#targets.set(change.zone, change);
    const later = this.#running === null || this.#behind;
    // The changes go with the next restore; overlays would come too late.
    if (later && overlays.length > 0) whenShown?.(false);
    else if (whenShown !== undefined) this.#waiting.add(this.#token, overlays.length > 0, whenShown);
    if (this.#running === null || this.#behind) return;
    this.#behind = this.#token - this.#heard >= MOST_UNHEARD;
    const report = whenShown !== undefined || this.#behind || this.#token % ASK_EVERY === 0;
    this.#running.post({ kind: 'show', token: this.#token, changes, overlays, report });
  }

  /** Takes a changed configuration; a strip that newly needs a process of its own gets it, where there are rights for one. */
  configure(layout: RenderLayout): void {
    const folders = [this.#layout.effectsPath, layout.effectsPath];
    this.#layout = layout;
    this.#trust.renew();
    const zones = new Set(layout.zones.map(({ id }) => id));
    for (const zone of this.#targets.keys()) if (!zones.has(zone)) this.#targets.delete(zone);
    if (this.#isolation() !== this.#kind) return this.#relaunch();
    this.#running?.post({ kind: 'configure', layout });
    if (folders.some((path) => path !== null)) this.#running?.post({ kind: 'effects' });
  }

  /** The present picture and those to come, at most `fps` a second. @returns what ends it. */
  onPreview(fps: number, listener: PreviewListener): () => void {
    return this.#previews.add(fps, listener);
  }

  /** The last that the renderer told; `null` before it told anything. */
  stats(): RendererStats | null {
    return this.#stats;
  }

  /** Asks whether the frame loop's thread still turns. @returns false after `deadlineMs` of silence. */
  async probe(deadlineMs: number): Promise<boolean> {
    // A service that is away does not hang, and a restart of the daemon would not bring it back.
    if (this.#kind === 'service' && this.#running === null) return true;
    const answered = this.#probes.ask(deadlineMs);
    this.#running?.post({ kind: 'probe' });
    return answered;
  }

  /** Asks the renderer to end, and ends it after a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    this.#waiting.giveUp();
    this.#started();
    const running = this.#running;
    if (running !== null) await this.#stop(running);
    await this.#launcher.close();
  }

  async #stop(running: Running): Promise<void> {
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(() => void running.kill().finally(resolve), STOP_DEADLINE_MS);
      this.#ended = () => {
        clearTimeout(deadline);
        resolve();
      };
      running.post({ kind: 'stop' });
    });
  }

  #isolation(): Isolation {
    const { isolation, dropsRights = false, socket = null } = this.#options;
    return chooseIsolation({ isolation, dropsRights, socket, uid: process.geteuid?.() }, this.#layout, this.#kind);
  }

  #launch(): void {
    this.#pace.launched();
    const entry = this.#options.entry ?? new URL('./renderer.js', import.meta.url);
    this.#kind = this.#isolation();
    const running: Running = this.#launcher.launch(this.#kind, entry, {
      message: (message) => {
        if (this.#running === running) this.#hear(message);
      },
      ended: (reason) => {
        if (this.#running === running) this.#lost(reason);
      },
    });
    this.#running = running;
    running.post({ kind: 'configure', layout: this.#layout });
    this.#restore(running);
    if (this.#previews.fps > 0) running.post({ kind: 'preview', fps: this.#previews.fps });
  }

  /** Everything shown so far, at once and in one frame; it also answers whoever waited for what it stands for. */
  #restore(running: Running): void {
    this.#behind = false;
    this.#heard = this.#token;
    if (this.#targets.size === 0 && this.#waiting.size === 0) return;
    const changes = [...this.#targets.values()].map((change) => ({ ...change, transitionMs: 0 }));
    running.post({ kind: 'show', token: this.#token, changes, overlays: [], report: this.#waiting.size > 0 });
  }

  /** Starts it as the other kind; the old one is gone first, as they may share hardware. */
  #relaunch(): void {
    const old = this.#running;
    this.#running = null;
    this.#waiting.dropFleeting();
    void old?.kill().finally(() => {
      if (!this.#stopping) this.#launch();
    });
  }

  #hear(message: FromRenderer): void {
    switch (message.kind) {
      case 'ready':
        return this.#ready();
      case 'shown':
        return this.#heardOf(message.token, message.failed);
      case 'stats':
        this.#stats = message.stats;
        return this.#probes.answer();
      case 'overrun':
      case 'capped':
      case 'output_failed':
      case 'output_recovered':
      case 'power':
        return this.#health.hear(message);
      case 'effects':
        // Of a folder that a reload has replaced meanwhile: those of the new one are on their way. But a service keeps its own.
        if (message.folder !== this.#layout.effectsPath && this.#kind !== 'service' && this.#launcher.keepsFolder !== true) return;
        return this.#options.ownEffects?.(message);
      case 'effect_failed':
        return this.#options.ownEffects?.(message);
      case 'preview':
        return this.#previews.hear(message.strips, this.#layout);
      case 'stopped':
        return;
      default:
        assertNever(message);
    }
  }

  #heardOf(token: number, failed: readonly number[]): void {
    this.#heard = token;
    this.#waiting.shown(token, failed);
    if (this.#behind && this.#running !== null) this.#restore(this.#running);
  }

  #ready(): void {
    this.#started();
    // Not sooner: by now a daemon that gives its rights away has done so, and a thread of its has, too.
    if (this.#layout.effectsPath !== null && this.#trust.given) this.#running?.post({ kind: 'effects' });
    this.#health.back();
  }

  #lost(reason: string): void {
    this.#running = null;
    this.#waiting.dropFleeting();
    this.#ended();
    if (this.#stopping) return;
    this.#started();
    const { livedMs, retryMs } = this.#pace.ended();
    this.#trust.ended(this.#layout.effectsPath, livedMs);
    this.#restartTimer = setTimeout(() => this.#launch(), retryMs);
    this.#health.ended(this.#layout, reason, retryMs);
  }
}
