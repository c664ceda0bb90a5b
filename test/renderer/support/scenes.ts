/** Layouts and targets for tests: strips `main` and `side`, each with one zone over all of it. */
import type { OutputConfig } from '../../../src/model/config.ts';
import { defaultTarget } from '../../../src/model/state.ts';
import type { RenderLayout } from '../../../src/model/strip-layout.ts';
import type { TargetChange } from '../../../src/model/target-change.ts';

/** One strip per output, `main` first; zone `floor` on the first, `shelf` on the second. */
export function layoutOf(outputs: readonly OutputConfig[], length = 2, more: Partial<RenderLayout> = {}): RenderLayout {
  const strips = outputs.map((output, index) => ({
    id: ['main', 'side'][index] ?? `strip${index}`,
    length,
    order: 'RGB' as const,
    output,
  }));
  const zones = strips.map((_, index) => ({
    id: ['floor', 'shelf'][index] ?? `zone${index}`,
    length,
    segments: [{ strip: index, first: 0, length, reverse: false }],
  }));
  return { strips, zones, fps: 50, gamma: 1, onStop: 'keep', ...more };
}

/** A zone lit in white at this brightness. */
export function lit(zone: string, brightness: number, transitionMs = 0): TargetChange {
  return { zone, target: { ...defaultTarget, state: 'ON', brightness }, transitionMs };
}
