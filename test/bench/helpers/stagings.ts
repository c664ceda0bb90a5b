/** The stages that frames are timed on: one zone over a whole strip, and the full frame that light.md bounds. */
import { effects } from '../../../src/light/effects/registry.ts';
import { Stage } from '../../../src/light/stage.ts';
import type { ZoneTarget } from '../../../src/model/state.ts';
import type { StripLayout } from '../../../src/model/strip-layout.ts';
import { blue, floor, layout, lit, orange, run, show, strip, zone } from '../../light/scenes.ts';

const GAMMA = 2.2;
/** Longer than any measurement draws; frames begin in its middle. */
const FADE_MS = 1e8;
export const FADING_MS = FADE_MS / 2;
/** Of each LED: less than any but the darkest pictures want. */
const LIMIT_MA = 3;

const kinds: Readonly<Record<'rgb' | 'rgbw' | 'series', readonly [StripLayout['order'], Partial<StripLayout>]>> = {
  rgb: ['GRB', {}],
  rgbw: ['GRBW', { autoWhite: 'accurate', whiteKelvin: 4000 }],
  series: ['GRB', { draw: { red: 12, green: 12, blue: 12, white: 0, idle: 0.5, series: true } }],
};
export type StripKind = keyof typeof kinds;

export interface FullFrame {
  readonly leds: number;
  readonly kind: StripKind;
  /** Effects that the zones fade from and to. */
  readonly from: string;
  readonly to: string;
}

/** One zone that shows an effect with its own defaults. */
export function effectStage(effect: string, leds: number): Stage {
  const stage = floor(leds, GAMMA, 'GRB');
  show(stage, byDefault(effect));
  return stage;
}

/** Three zones, the middle one backwards, in a transition; dithered, on a supply that limits. */
export function fullStage({ leds, kind, from, to }: FullFrame): Stage {
  const [order, changed] = kinds[kind];
  const third = Math.floor(leds / 3);
  const zones = [zone('left', run(0, third)), zone('middle', run(third, third, true)), zone('right', run(2 * third, leds - 2 * third))];
  const stage = new Stage({
    ...layout([strip(leds, order, 'main', changed)], zones, GAMMA),
    supplies: [{ id: 'main', limitMa: leds * LIMIT_MA, strips: [0] }],
  });
  stage.dither(true);
  for (const { id } of zones) show(stage, { ...byDefault(from), color: orange }, 0, 0, id);
  for (const { id } of zones) show(stage, { ...byDefault(to), color: blue }, 0, FADE_MS, id);
  return stage;
}

function byDefault(effect: string): ZoneTarget {
  const parameters = effects.find(({ declaration }) => declaration.id === effect)?.declaration.parameters ?? {};
  const value = (name: string) => Number(parameters[name]?.default ?? 128);
  return lit({ effect, speed: value('speed'), intensity: value('intensity') });
}
