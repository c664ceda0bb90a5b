/** Layouts and targets for tests: strips `main` and `side`, each with one zone over all of it. */
import type { OutputLayout } from '../../../src/model/config-outputs.ts';
import { defaultTarget } from '../../../src/model/state.ts';
import type { RenderLayout } from '../../../src/model/strip-layout.ts';
import type { TargetChange } from '../../../src/model/target-change.ts';

/** One strip per output, `main` first; zone `floor` on the first, `shelf` on the second. */
export function layoutOf(outputs: readonly OutputLayout[], length = 2, more: Partial<RenderLayout> = {}): RenderLayout {
  const strips = outputs.map((output, index) => ({
    id: ['main', 'side'][index] ?? `strip${index}`,
    length,
    order: 'RGB' as const,
    output,
    whiteBalance: [255, 255, 255] as const,
    autoWhite: 'none' as const,
    whiteKelvin: null,
    draw: { red: 16, green: 11, blue: 15, white: 18, idle: 0.7, series: false },
  }));
  const zones = strips.map((_, index) => ({
    id: ['floor', 'shelf'][index] ?? `zone${index}`,
    length,
    segments: [{ strip: index, first: 0, length, reverse: false }],
  }));
  return {
    strips,
    zones,
    fps: 50,
    gamma: { red: 1, green: 1, blue: 1, white: 1 },
    dither: 'off',
    supplies: [],
    palettes: [],
    effectsPath: null,
    onStop: 'keep',
    ...more,
  };
}

/** A zone lit in white at this brightness. */
export function lit(zone: string, brightness: number, transitionMs = 0): TargetChange {
  return { zone, target: { ...defaultTarget, state: 'ON', brightness }, transitionMs };
}
