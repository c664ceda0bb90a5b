/** Makes the outputs that a layout asks for. All strips on the ws281x hardware are one output: its channels send together. */
import { hostname } from 'node:os';
import { assertNever } from '../../base/assert-never.ts';
import type { RenderLayout, StripLayout } from '../../model/strip-layout.ts';
import type { LoopClock } from '../loop-clock.ts';
import { type HeldPins, pinKey } from '../role.ts';
import { DdpOutput } from './ddp.ts';
import { E131Output } from './e131.ts';
import type { Output } from './output.ts';
import { LastingOutputError } from './output-error.ts';
import { RefusedOutput } from './refused.ts';
import { SimulatedOutput } from './simulated.ts';
import { SpiOutput } from './spi.ts';
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
  const plans: OutputPlan[] = others.map((strip) => ({ key: outputKey([strip]), make: () => makeOne(strip, clock, pins) }));
  if (wired.length > 0) plans.push({ key: outputKey(wired), make: () => new Ws281xOutput(wired.flatMap(ws281xStrip)) });
  return plans;
}

function makeOne({ id, length, order, output }: StripLayout, clock: LoopClock, pins: HeldPins): Output {
  const chain = { strip: id, leds: length, componentsPerLed: components(order) };
  switch (output.driver) {
    case 'simulated':
      return new SimulatedOutput(id);
    case 'ddp':
      return new DdpOutput({ ...chain, ...output }, clock);
    case 'e131':
      return new E131Output({ ...chain, ...output, hostname: hostname() }, clock);
    case 'spi':
      if (pins !== null && !pins.has(output.device)) return new RefusedOutput(id, notHeld('spi', output.device));
      return new SpiOutput({ ...chain, ...output }, clock);
    case 'ws281x':
      return new RefusedOutput(id, notHeld('ws281x', `GPIO ${output.gpio} with dma ${output.dma}`));
    default:
      return assertNever(output);
  }
}

/** Not a matter of rights alone: what was wired at the start is known not to be something else's pin. */
function notHeld(driver: string, what: string): LastingOutputError {
  const message = `${what} was not in the configuration when what may drive it was started`;
  return new LastingOutputError(`${driver}_needs_restart`, message, 'Restart the service.');
}

function ws281xStrip({ id, length, order, output }: StripLayout): Ws281xStrip[] {
  if (output.driver !== 'ws281x') return [];
  return [{ id, leds: length, componentsPerLed: components(order), gpio: output.gpio, dma: output.dma }];
}

function components(order: StripLayout['order']): 3 | 4 {
  return order.length === 4 ? 4 : 3;
}
