/** What goes wrong with the light, and gets well again, as events of the daemon. */
import type { Report } from '../engine/ports.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import type { FromRenderer } from './messages.ts';

type Power = Extract<FromRenderer, { kind: 'power' }>;
type Health = Extract<FromRenderer, { kind: 'overrun' | 'capped' | 'output_failed' | 'output_recovered' | 'power' }>;

export class HealthReports {
  /** Strips that were told as failing, and since when. */
  readonly #failing = new Map<string, number>();
  /** Supplies that were told as limiting, and how. */
  readonly #limiting = new Map<string, Power>();
  #rendererGone = false;
  readonly #report: Report;
  readonly #warn: (message: string) => void;

  /** @param warn hears what is no event but worth a line in the log. */
  constructor(report: Report, warn: (message: string) => void) {
    this.#report = report;
    this.#warn = warn;
  }

  hear(message: Health): void {
    switch (message.kind) {
      case 'overrun':
        return this.#report('system.frame_overrun', { late_ms: round(message.lateMs), overruns: message.overruns });
      case 'capped': {
        const { strip, wireMs, fps } = message;
        return this.#warn(`strip ${strip}: its wire takes ${round(wireMs)} ms a frame, so at most ${round(fps)} frames a second`);
      }
      case 'output_failed': {
        const { strip, code, cure, retryMs } = message;
        this.#note(strip);
        return this.#report('system.output_failed', { strip, code, message: message.message, cure, retry_ms: retryMs });
      }
      case 'power':
        return this.#tellPower(message);
      case 'output_recovered':
        this.#failing.delete(message.strip);
        return this.#report('system.output_recovered', { strip: message.strip, down_ms: round(message.downMs) });
    }
  }

  /** The renderer is gone, and with it all strips; told once, however often it ends before it is back. */
  ended(layout: RenderLayout, reason: string, retryMs: number): void {
    if (this.#rendererGone) return;
    this.#rendererGone = true;
    const message = `the renderer ended: ${reason}`;
    const cure = 'It is started again by itself; if it keeps ending, report this message as a bug.';
    for (const { id } of layout.strips) {
      this.#note(id);
      this.#report('system.output_failed', { strip: id, code: 'renderer_ended', message, cure, retry_ms: retryMs });
    }
  }

  /** Another renderer runs: what the one before failed with is over, and the new one tells its own faults. */
  back(): void {
    this.#rendererGone = false;
    const nowMs = performance.now();
    for (const [strip, sinceMs] of this.#failing) this.#report('system.output_recovered', { strip, down_ms: round(nowMs - sinceMs) });
    this.#failing.clear();
    for (const power of [...this.#limiting.values()]) this.#tellPower({ ...power, limiting: false });
  }

  #tellPower(power: Power): void {
    const { supply, limiting, limitMa, wantedMa } = power;
    if (limiting) this.#limiting.set(supply, power);
    else this.#limiting.delete(supply);
    this.#report('system.power_limited', { supply, limiting, limit_ma: limitMa, wanted_ma: Math.round(wantedMa) });
  }

  #note(strip: string): void {
    if (!this.#failing.has(strip)) this.#failing.set(strip, performance.now());
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
