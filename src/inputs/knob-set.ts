/**
 * All knobs of the configuration: opens each by itself, takes what a reload changes and leaves the rest as it is, and moves those
 * that are simulated. A knob that fails stops nothing.
 */
import { nearest } from '../base/nearest.ts';
import { planOf, readerSettingsOf } from '../core/knobs/knob-plan.ts';
import { parseMoves } from '../core/knobs/moves.ts';
import type { Knobs } from '../engine/ports.ts';
import type { Config } from '../model/config.ts';
import type { KnobConfig } from '../model/config-knobs.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { Knob, type KnobParts } from './knob.ts';
import type { KnobDriver } from './knob-driver.ts';
import { MadeWhenOpened } from './made-when-opened.ts';
import { SimulatedDriver } from './simulated.ts';
import { SupervisedKnob } from './supervised-knob.ts';

type HardwareConfig = KnobConfig & { readonly driver: Exclude<KnobConfig['driver'], 'simulated'> };
/** Makes the driver of a knob that reads hardware; touches nothing yet. */
export type DriverMaker = (config: HardwareConfig) => KnobDriver;

interface Entry {
  /** What it was made from: of the same text it stays as it is. */
  readonly key: string;
  readonly supervised: SupervisedKnob;
  /** `null` where it reads hardware. */
  readonly simulated: SimulatedDriver | null;
  readonly driver: KnobConfig['driver'];
}

export class KnobSet implements Knobs {
  readonly #parts: KnobParts;
  readonly #makeDriver: DriverMaker;
  readonly #entries = new Map<string, Entry>();
  #changing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: KnobParts, makeDriver: DriverMaker) {
    this.#parts = parts;
    this.#makeDriver = makeDriver;
  }

  /**
   * Those that are new or changed are opened, once those that went have given their pins back; those that had been given up are
   * tried again. Waits for no opening.
   */
  take(knobs: Config['knobs']): Promise<void> {
    const taken = this.#changing.then(() => this.#take(knobs));
    this.#changing = taken.catch(() => undefined); // whoever asked is told; the next reload is not kept from the knobs
    return taken;
  }

  /** Within half a second, whatever the drivers do. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#entries.values()].map(({ supervised }) => supervised.close()));
    this.#entries.clear();
  }

  simulate(knob: string, moves: string, dryRun: boolean): Refusal | null {
    const entry = this.#entries.get(knob);
    if (entry === undefined) return this.#unknown(knob);
    const { simulated, driver, supervised } = entry;
    if (simulated === null)
      return refusal('unsupported', `knob ${knob} is read by ${driver}: only simulated knobs are moved from afar`, 'knob');
    const read = parseMoves(moves);
    if (!read.ok) return read.error;
    if (supervised.isOpen && (dryRun ? simulated.isReady : simulated.play(read.value))) return null;
    return refusal('overloaded', `knob ${knob} is not there yet, or busy for a minute and more: try again later`);
  }

  async #take(knobs: Config['knobs']): Promise<void> {
    if (this.#closed) return;
    const gone = [...this.#entries].filter(([id, { key }]) => knobs[id] === undefined || keyOf(knobs[id]) !== key);
    for (const [id] of gone) this.#entries.delete(id);
    await Promise.all(gone.map(([, { supervised }]) => supervised.retire()));
    if (this.#closed) return;
    for (const { supervised } of this.#entries.values()) supervised.retry();
    for (const [id, config] of Object.entries(knobs)) if (!this.#entries.has(id)) this.#add(id, config);
  }

  #add(id: string, config: KnobConfig): void {
    const { clock, report } = this.#parts;
    const { driver } = config;
    const made =
      driver === 'simulated'
        ? new SimulatedDriver(readerSettingsOf(config, planOf(config)), clock)
        : new MadeWhenOpened(() => this.#makeDriver({ ...config, driver }));
    const simulated = made instanceof SimulatedDriver ? made : null;
    const knob = new Knob(id, config, made, this.#parts);
    const supervised = new SupervisedKnob(id, knob, clock, report);
    this.#entries.set(id, { key: keyOf(config), supervised, simulated, driver });
    supervised.start();
  }

  #unknown(knob: string): Refusal {
    const known = [...this.#entries.keys()];
    const meant = nearest(knob, known);
    const hint =
      known.length === 0
        ? 'there are none'
        : meant.length > 0
          ? `did you mean ${meant.join(', ')}?`
          : `there are ${known.slice(0, 20).join(', ')}`;
    return refusal('unknown_knob', `there is no knob "${knob}"; ${hint}`, 'knob');
  }
}

function keyOf(config: KnobConfig): string {
  return JSON.stringify(config);
}
