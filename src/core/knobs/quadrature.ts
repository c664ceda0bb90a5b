/**
 * Decodes the two lines of a rotary encoder into detents, by a table of transitions. Fed with levels and times, asked what is
 * due; owns no timer. A contact that bounces steps to and fro and comes to nothing; an edge that never came is made up for where
 * it is sure which way the knob went meanwhile.
 */

export type QuadratureLine = 'clk' | 'dt';
type Level = 0 | 1;

export interface QuadratureSettings {
  readonly stepsPerDetent: 1 | 2 | 4;
  readonly reverse: boolean;
  /** The level of both lines between two detents: high with contacts to ground. */
  readonly restsAt: Level;
}

/** Contacts bounce for less; at 200 detents a second a line comes back to a level after 5 ms. */
export const CONTACT_BOUNCE_US = 4000;
/** A line that may have lost an edge, and has not changed for so long, has; one that was read amid its bounce soon changes. */
const SURE_US = 30_000;
/** After a detent the knob counts as turning for so long: then even what looks like bounce at rest may be a lost edge. */
const TURNING_US = 100_000;

/**
 * Steps from one state to another, at 4 · from + to, where a state is 2 · clk + dt. Clockwise clk falls first: 3, 1, 0, 2, 3.
 * Both lines at once never change: each is told by itself.
 */
const steps: readonly number[] = [0, -1, 1, 0, 1, 0, 0, -1, -1, 0, 0, 1, 0, 1, -1, 0];
/** Steps from both lines high to a state, clockwise. */
const phases: readonly number[] = [2, 1, 3, 0];

interface Line {
  level: Level | null;
  toldUs: number;
  /** Changes of the other line since this one told its level. */
  since: number;
}

/** A line that told the level that it had. */
interface Suspicion {
  readonly line: QuadratureLine;
  readonly level: Level;
  readonly atUs: number;
  /** What it has gone if an edge was lost. */
  readonly steps: number;
}

export class Quadrature {
  readonly #settings: QuadratureSettings;
  readonly #lines: Record<QuadratureLine, Line> = { clk: unheard(), dt: unheard() };
  /** Since the detent that was told last. */
  #steps = 0;
  #steppedUs = 0;
  #suspicion: Suspicion | null = null;
  #way = 0;
  #detentUs = Number.NEGATIVE_INFINITY;

  constructor(settings: QuadratureSettings) {
    this.#settings = settings;
  }

  /** When `due` will have something to tell if nothing comes before; `null`: never. */
  get deadlineUs(): number | null {
    if (this.#suspicion !== null) return this.#suspicion.atUs + (this.#isUnchanged(this.#suspicion) ? SURE_US : CONTACT_BOUNCE_US);
    return this.#settings.stepsPerDetent === 1 && this.#steps !== 0 ? this.#steppedUs + CONTACT_BOUNCE_US : null;
  }

  /** @returns detents, clockwise positive; a line's first level is where it begins. */
  level(line: QuadratureLine, level: Level, atUs: number): number {
    const before = this.due(atUs);
    const told = this.#lines[line];
    if (told.level === null) this.#begin(line, level);
    else if (told.level !== level) this.#step(line, level, atUs);
    else if (this.#lostEdge(line, atUs)) this.#suspicion = { line, level, atUs, steps: 4 * this.#edge(line, level) };
    told.toldUs = atUs;
    told.since = 0;
    return before + this.#told(this.#whole(), atUs);
  }

  /** Where each step is a detent nothing but time tells a step from bounce; nor, where a knob stops, a lost edge from bounce. */
  due(nowUs: number): number {
    const { deadlineUs } = this;
    if (deadlineUs === null || nowUs < deadlineUs) return 0;
    if (this.#suspicion === null) return this.#told(this.#steps, deadlineUs);
    this.#settle();
    return this.#told(this.#whole(), deadlineUs);
  }

  /** A knob that is found between two detents belongs to the nearer one. */
  #begin(line: QuadratureLine, level: Level): void {
    this.#lines[line].level = level;
    const phase = this.#phase();
    if (phase === null) return;
    const { stepsPerDetent } = this.#settings;
    const beyond = phase % stepsPerDetent;
    this.#steps = beyond > stepsPerDetent / 2 ? beyond - stepsPerDetent : beyond;
  }

  #step(line: QuadratureLine, level: Level, atUs: number): void {
    if (this.#suspicion?.line !== line) this.#settle();
    this.#lines[line].level = level;
    this.#lines[line === 'clk' ? 'dt' : 'clk'].since += 1;
    this.#steps += this.#edge(line, level);
    this.#steppedUs = atUs;
  }

  /**
   * A line that tells the level that it had has changed twice, and one edge never came. That is bounce, unless the other line moved
   * on between: then the knob may have gone a whole turn of the table. At rest that is so only while the knob turns that way.
   */
  #lostEdge(line: QuadratureLine, atUs: number): boolean {
    const { toldUs, since, level } = this.#lines[line];
    if (this.#settings.stepsPerDetent === 1 || since === 0 || atUs - toldUs <= CONTACT_BOUNCE_US || level === null) return false;
    const turning = atUs - this.#detentUs <= TURNING_US && this.#way === this.#edge(line, level);
    return turning || (this.#phase() ?? 0) % this.#settings.stepsPerDetent !== 0;
  }

  /**
   * Whether an edge was lost shows when the other line moves on, or when none does. A line that has changed meanwhile lost none: it
   * was read amid the bounce of that change, while the contact was open again.
   */
  #settle(): void {
    if (this.#suspicion === null) return;
    if (this.#isUnchanged(this.#suspicion)) this.#steps += this.#suspicion.steps;
    this.#suspicion = null;
  }

  #isUnchanged({ line, level }: Suspicion): boolean {
    return this.#lines[line].level === level;
  }

  /** The step that a line makes which comes to this level, the other one being as it is. */
  #edge(line: QuadratureLine, level: Level): number {
    const other = this.#lines[line === 'clk' ? 'dt' : 'clk'].level;
    if (other === null) return 0;
    const state = (own: number) => (line === 'clk' ? 2 * own + other : 2 * other + own);
    return steps[4 * state(1 - level) + state(level)] ?? 0;
  }

  /** Steps from rest, 0 to 3. */
  #phase(): number | null {
    const { clk, dt } = this.#lines;
    if (clk.level === null || dt.level === null) return null;
    const phase = phases[2 * clk.level + dt.level] ?? 0;
    return this.#settings.restsAt === 1 ? phase : (phase + 2) % 4;
  }

  /** The steps that make whole detents by now. One to a detent: the last one may still be taken back. */
  #whole(): number {
    const { stepsPerDetent } = this.#settings;
    if (stepsPerDetent === 1) return Math.abs(this.#steps) < 2 ? 0 : this.#steps - Math.sign(this.#steps);
    return this.#steps % stepsPerDetent === 0 ? this.#steps : 0;
  }

  #told(whole: number, atUs: number): number {
    if (whole === 0) return 0;
    this.#steps -= whole;
    this.#way = Math.sign(whole);
    this.#detentUs = atUs;
    return (whole / this.#settings.stepsPerDetent) * (this.#settings.reverse ? -1 : 1);
  }
}

function unheard(): Line {
  return { level: null, toldUs: Number.NEGATIVE_INFINITY, since: 0 };
}
