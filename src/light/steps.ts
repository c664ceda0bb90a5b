/**
 * Simulations that go in steps of fixed length: how often such an effect is drawn changes nothing. After a long gap only
 * the last steps are simulated, from what was there: an effect whose past fades within that many steps looks the same.
 */
import type { EffectInput } from './effects/effect.ts';

/**
 * Takes the steps that are due, in order; `input.state.step` counts those taken.
 * @param most bounds the work of one frame after a gap.
 * @param step is given the number of the step: chance comes from it and the seed alone.
 */
export function advance(input: EffectInput, stepMs: number, most: number, step: (input: EffectInput, number: number) => void): void {
  const { state } = input;
  const due = Math.floor(input.timeMs / stepMs);
  if (due - state.step > most) state.step = due - most;
  for (; state.step < due; state.step += 1) step(input, state.step);
}
