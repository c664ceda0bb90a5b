/** Layouts, targets and short ways to ask a stage, for the tests of light/. */
import { Stage } from '../../src/light/stage.ts';
import type { ZoneTarget } from '../../src/model/state.ts';
import type { RenderLayout, SegmentLayout, StripLayout, ZoneLayout } from '../../src/model/strip-layout.ts';

export const white = { r: 255, g: 255, b: 255 };
export const orange = { r: 255, g: 128, b: 0 };
export const blue = { r: 0, g: 0, b: 255 };

/** A zone that is on at full brightness, in one colour. */
export function lit(changed: Partial<ZoneTarget> = {}): ZoneTarget {
  const color = changed.color ?? white;
  return {
    state: 'ON',
    brightness: 255,
    color_mode: 'rgb',
    color,
    effect: 'off',
    palette: 'default',
    speed: 128,
    intensity: 128,
    colors: [color],
    reverse: false,
    mirror: false,
    ...changed,
  };
}

export const dark: ZoneTarget = lit({ state: 'OFF' });

export function strip(length: number, order: StripLayout['order'] = 'RGB', id = 'main', changed: Partial<StripLayout> = {}): StripLayout {
  return {
    id,
    length,
    order,
    output: { driver: 'simulated' },
    whiteBalance: [255, 255, 255],
    autoWhite: 'none',
    whiteKelvin: null,
    draw: { red: 16, green: 11, blue: 15, white: 18, idle: 0.7, series: false },
    ...changed,
  };
}

export function zone(id: string, ...segments: readonly SegmentLayout[]): ZoneLayout {
  return { id, segments, length: segments.reduce((sum, segment) => sum + segment.length, 0) };
}

export function run(first: number, length: number, reverse = false, index = 0): SegmentLayout {
  return { strip: index, first, length, reverse };
}

/** Without gamma unless asked for: bytes are values as sent. */
export function layout(strips: readonly StripLayout[], zones: readonly ZoneLayout[], gamma = 1): RenderLayout {
  return {
    strips,
    zones,
    fps: 60,
    gamma: { red: gamma, green: gamma, blue: gamma, white: gamma },
    dither: 'off',
    supplies: [],
    palettes: [],
    effectsPath: null,
    onStop: 'keep',
  };
}

/** One strip that is one zone, `floor`. */
export function floor(length: number, gamma = 1, order: StripLayout['order'] = 'RGB'): Stage {
  return new Stage(layout([strip(length, order)], [zone('floor', run(0, length))], gamma));
}

export function show(stage: Stage, target: ZoneTarget, nowMs = 0, transitionMs = 0, id = 'floor'): void {
  stage.show([{ zone: id, target, transitionMs }], [], nowMs);
}

/** The bytes of a strip at a moment. */
export function bytesAt(stage: Stage, nowMs: number, index = 0): number[] {
  stage.draw(nowMs);
  return [...(stage.strips[index]?.bytes ?? [])];
}

/** The bytes of LED after LED. */
export function leds(bytes: readonly number[], components = 3): number[][] {
  return Array.from({ length: bytes.length / components }, (_, led) => bytes.slice(led * components, (led + 1) * components));
}
