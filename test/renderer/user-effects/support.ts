/** The user's effects with their real thread, drawn as a zone draws them. */
import { EffectRun } from '../../../src/light/effect-run.ts';
import { Library } from '../../../src/light/library.ts';
import { defaultTarget, type ZoneTarget } from '../../../src/model/state.ts';
import { SystemLoopClock } from '../../../src/renderer/loop-clock.ts';
import type { OwnEffectsMessage } from '../../../src/renderer/messages.ts';
import { UserEffects } from '../../../src/renderer/user-effects/user-effects.ts';
import { layoutOf } from '../support/scenes.ts';
import { until } from '../support/until.ts';

const entry = new URL('../../../dist/effects.js', import.meta.url);

export const LENGTH = 10;
export const RED = { ...defaultTarget, state: 'ON', color: { r: 255, g: 0, b: 0 }, colors: [{ r: 255, g: 0, b: 0 }] } satisfies ZoneTarget;

export type Told = Extract<OwnEffectsMessage, { kind: 'effects' }>;
export type Stopped = Extract<OwnEffectsMessage, { kind: 'effect_failed' }>;

export class Own {
  readonly told: OwnEffectsMessage[] = [];
  changes = 0;
  readonly effects = new UserEffects({
    clock: new SystemLoopClock(),
    entry,
    post: (message) => this.told.push(message),
    changed: () => {
      this.changes += 1;
    },
  });

  loads(): Told[] {
    return this.told.flatMap((message) => (message.kind === 'effects' ? [message] : []));
  }

  failures(): Stopped[] {
    return this.told.flatMap((message) => (message.kind === 'effect_failed' ? [message] : []));
  }

  /** @returns what was told of it. */
  async load(effectsPath: string | null): Promise<Told> {
    const before = this.loads().length;
    this.effects.load(layoutOf([{ driver: 'simulated' }], LENGTH, { effectsPath }));
    await until(() => this.loads().length > before);
    const told = this.loads().at(-1);
    if (told === undefined) throw new Error('nothing was told');
    return told;
  }

  run(effect: string, nowMs = 0, kin: EffectRun | null = null, target: ZoneTarget = RED, seed = 7): EffectRun {
    const run = new EffectRun(seed);
    run.start({ ...target, effect }, LENGTH, nowMs, kin, this.library());
    return run;
  }

  library(): Library {
    return new Library(this.effects.effects, []);
  }

  /** One frame of one zone. @returns the first pixel's red. */
  draw(run: EffectRun, nowMs: number, pixels: Uint16Array = new Uint16Array(LENGTH * 3)): number {
    this.effects.beginFrame();
    run.draw(pixels, nowMs);
    return pixels[0] ?? -1;
  }

  /** Draws until that is seen: under load a frame may be late. */
  async drawn(run: EffectRun, nowMs: number, wanted: number): Promise<void> {
    await until(() => this.draw(run, nowMs) === wanted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.effects.stop();
  }
}
