/** Chooses the outputs that a layout asks for. All strips on the ws281x hardware are one output: its channels send together. */
import { assertNever } from '../../base/assert-never.ts';
import type { RenderLayout, StripLayout } from '../../model/strip-layout.ts';
import type { LoopClock } from '../loop-clock.ts';
import { type HeldPins, pinKey } from '../role.ts';
import { DdpOutput } from './ddp.ts';
import type { Output } from './output.ts';
import { LastingOutputError } from './output-error.ts';
import { RefusedOutput } from './refused.ts';
import { SimulatedOutput } from './simulated.ts';
import { outputKey } from './supervised.ts';
import { Ws281xOutput } from './ws281x.ts';
import type { Ws281xStrip } from './ws281x-checks.ts';

export interface OutputPlan {
  readonly key: string;
  readonly make: () => Output;
}

export type MakeOutputs = (layout: RenderLayout, clock: LoopClock) => readonly OutputPlan[];

/** @param pins what this process may drive of the hardware. */
export function makeOutputs(layout: RenderLayout, clock: LoopClock, pins: HeldPins = null): readonly OutputPlan[] {
  const wired = layout.strips.filter(({ output }) => output.driver === 'ws281x' && (pins === null || pins.has(pinKey(output))));
  const others = layout.strips.filter((strip) => !wired.includes(strip));
  const plans: OutputPlan[] = others.map((strip) => ({ key: outputKey([strip]), make: () => makeOne(strip, clock) }));
  if (wired.length > 0) plans.push({ key: outputKey(wired), make: () => new Ws281xOutput(wired.flatMap(ws281xStrip)) });
  return plans;
}

function makeOne(strip: StripLayout, clock: LoopClock): Output {
  const { output } = strip;
  switch (output.driver) {
    case 'simulated':
      return new SimulatedOutput(strip.id);
    case 'ddp': {
      const { host, port } = output;
      return new DdpOutput({ strip: strip.id, leds: strip.length, componentsPerLed: components(strip), host, port }, clock);
    }
    case 'ws281x':
      return new RefusedOutput(strip.id, notHeld(output.gpio, output.dma));
    default:
      return assertNever(output);
  }
}

/** Not a matter of rights alone: what was wired at the start is known not to be something else's pin. */
function notHeld(gpio: number, dma: number): LastingOutputError {
  return new LastingOutputError(
    'ws281x_needs_restart',
    `GPIO ${gpio} with dma ${dma} was not in the configuration when the daemon started, and gave root away`,
    'Restart the service.',
  );
}

function ws281xStrip(strip: StripLayout): Ws281xStrip[] {
  const { id, length, output } = strip;
  if (output.driver !== 'ws281x') return [];
  return [{ id, leds: length, componentsPerLed: components(strip), gpio: output.gpio, dma: output.dma }];
}

function components(strip: StripLayout): 3 | 4 {
  return strip.order.length === 4 ? 4 : 3;
}
