/** One run of the bench: how thorough, where its files are, what it found, and what several rows share. */
import type { Scratch } from '../servers/scratch.ts';
import type { Line } from './report.ts';
import type { Replies } from './rig.ts';
import { show } from './statistics.ts';

export interface Row {
  readonly id: string;
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

/** Share of a core past which a helper is called busy. */
const BUSY = 0.8;

export class Bench {
  readonly quick: boolean;
  readonly scratch: Scratch;
  readonly lines: Line[] = [];
  readonly warnings: string[] = [];
  readonly #shared = new Map<string, Promise<AsyncDisposable>>();

  constructor(quick: boolean, scratch: Scratch) {
    this.quick = quick;
    this.scratch = scratch;
  }

  get repeats(): number {
    return this.quick ? 3 : 5;
  }

  /** A full run takes so many seconds a measurement, a quick one fewer. */
  seconds(full: number): number {
    return this.quick ? full / 3 : full;
  }

  add(line: Line): void {
    this.lines.push(line);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** Says so where the load generator, and not the daemon, may have made the figure; and where commands were lost. */
  check(what: string, runs: readonly Replies[]): void {
    for (const { lost, refused, sent } of runs) {
      if (lost + refused > 0) this.warn(`${what}: of ${sent} commands ${lost} had no reply and ${refused} were refused`);
    }
    const p99Ms = Math.max(...runs.map((run) => run.p99Ms));
    const lateMs = Math.max(...runs.map((run) => run.lateMs));
    const delayMs = Math.max(...runs.map(({ listener }) => listener.delayMs));
    if (lateMs > p99Ms / 2) this.warn(`${what}: the sender itself was up to ${show(lateMs)} ms late (p99), of ${show(p99Ms)} ms measured`);
    if (delayMs > p99Ms) this.warn(`${what}: the listener's event loop was ${show(delayMs)} ms late (p99), of ${show(p99Ms)} ms measured`);
    this.checkBusy(what, Math.max(...runs.map(({ listener }) => listener.busy)));
  }

  checkBusy(what: string, busy: number): void {
    if (busy > BUSY) this.warn(`${what}: the receiving process was busy ${show(busy * 100)} % of the time: it is the bottleneck`);
  }

  /** Made when first asked for, and ended with the run. */
  shared<Thing extends AsyncDisposable>(name: string, make: () => Promise<Thing>): Promise<Thing> {
    const made = (this.#shared.get(name) as Promise<Thing> | undefined) ?? make();
    this.#shared.set(name, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#shared.values()) await (await thing)[Symbol.asyncDispose]();
  }
}
