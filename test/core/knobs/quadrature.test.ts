/** Turns an encoder as hands and contacts do: with bounce, lost edges and pauses, forwards and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTACT_BOUNCE_US, Quadrature, type QuadratureLine, type QuadratureSettings } from '../../../src/core/knobs/quadrature.ts';

type Level = 0 | 1;
interface Told {
  readonly line: QuadratureLine;
  readonly level: Level;
  readonly atUs: number;
}

const settings = fc.record({
  stepsPerDetent: fc.constantFrom<1 | 2 | 4>(1, 2, 4),
  reverse: fc.boolean(),
  restsAt: fc.constantFrom<Level>(0, 1),
});

/** The lines of a real encoder; `tell` hears what gets through of them. */
class Contacts {
  readonly told: Told[] = [];
  readonly #line: Record<QuadratureLine, Level>;
  #phase: number;
  atUs = 1_000_000;

  constructor({ restsAt }: QuadratureSettings) {
    this.#phase = restsAt === 1 ? 0 : 2;
    this.#line = { clk: restsAt, dt: restsAt };
    for (const line of ['clk', 'dt'] as const) this.#tell(line, restsAt);
    this.atUs += 1_000_000;
  }

  /** One step of the table. @param bounces times within the step at which the contact opens and closes again. */
  step(way: number, stepUs: number, bounces: readonly number[], lost: boolean): void {
    this.#phase = (this.#phase + way + 4) % 4;
    const clk: Level = this.#phase === 0 || this.#phase === 3 ? 1 : 0;
    const dt: Level = this.#phase < 2 ? 1 : 0;
    const line = clk === this.#line.clk ? 'dt' : 'clk';
    const level = line === 'clk' ? clk : dt;
    this.#line[line] = level;
    const startUs = this.atUs;
    if (!lost) {
      this.#tell(line, level);
      this.#bounce(line, level, bounces);
    }
    this.atUs = startUs + stepUs;
  }

  /**
   * One step that is first heard of while the contact is open again: what is read then is the level from before.
   * @param lateUs later it is read once more.
   */
  stepReadAmid(way: number, stepUs: number, lateUs: number): void {
    const before = this.told.length;
    this.step(way, lateUs, [], false);
    const [told] = this.told.splice(before);
    if (told === undefined) throw new Error('a step tells');
    this.told.push({ ...told, level: told.level === 1 ? 0 : 1 }, { ...told, atUs: this.atUs });
    this.atUs += stepUs - lateUs;
  }

  /** Bounce where nothing moves. */
  rattle(line: QuadratureLine, bounces: readonly number[]): void {
    const startUs = this.atUs;
    this.#bounce(line, this.#line[line], bounces);
    this.atUs = startUs + 3 * CONTACT_BOUNCE_US;
  }

  /** Told whole, or only where it ended, as a driver does that reads too late. */
  #bounce(line: QuadratureLine, level: Level, bounces: readonly number[]): void {
    const startUs = this.atUs;
    for (const offset of [...bounces].sort((a, b) => a - b)) {
      this.atUs = startUs + offset;
      if (offset % 2 === 0) this.#tell(line, level === 1 ? 0 : 1);
      this.#tell(line, level);
    }
  }

  #tell(line: QuadratureLine, level: Level): void {
    this.told.push({ line, level, atUs: this.atUs });
  }
}

function detentsOf(quadrature: Quadrature, told: readonly Told[]): number[] {
  const detents = told.map(({ line, level, atUs }) => quadrature.level(line, level, atUs));
  const { deadlineUs } = quadrature;
  return [...detents, deadlineUs === null ? 0 : quadrature.due(deadlineUs)].filter((count) => count !== 0);
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
const way = fc.constantFrom(1, -1);

describe('turning', () => {
  /** Bounce is over before the next edge comes: within a quarter of the step, and 3 ms. */
  const run = fc.record({
    way,
    detents: fc.integer({ min: 1, max: 20 }),
    detentUs: fc.constantFrom(5000, 8000, 20_000, 100_000, 700_000),
    bounces: fc.array(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 6 }), { minLength: 1, maxLength: 7 }),
    pauseUs: fc.constantFrom(0, 30_000, 2_000_000),
  });

  it('gives exactly the detents that were turned, whatever bounces', () => {
    fc.assert(
      fc.property(settings, fc.array(run, { maxLength: 12 }), (given, runs) => {
        const contacts = new Contacts(given);
        for (const { way, detents, detentUs, bounces, pauseUs } of runs) {
          const stepUs = detentUs / given.stepsPerDetent;
          for (let step = 0; step < detents * given.stepsPerDetent; step += 1) {
            const fitting = (bounces[step % bounces.length] ?? []).filter((offset) => offset < stepUs * 0.6);
            contacts.step(way, stepUs, fitting, false);
          }
          contacts.atUs += pauseUs;
        }
        const turned = sum(runs.map(({ way, detents }) => way * detents));
        const told = detentsOf(new Quadrature(given), contacts.told);
        expect(sum(told)).toBe(given.reverse ? 0 - turned : turned);
      }),
      { numRuns: 400 },
    );
  });

  it('gives them also where levels are read amid the bounce, as a driver does that reads late', () => {
    const amid = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(settings, fc.array(run, { maxLength: 12 }), amid, (given, runs, lateUs) => {
        const contacts = new Contacts(given);
        for (const { way, detents, detentUs, pauseUs } of runs) {
          const stepUs = detentUs / given.stepsPerDetent;
          for (let step = 0; step < detents * given.stepsPerDetent; step += 1) {
            contacts.stepReadAmid(way, stepUs, Math.min(lateUs[step % lateUs.length] ?? 0, stepUs * 0.6));
          }
          contacts.atUs += pauseUs + 2 * CONTACT_BOUNCE_US; // no hand turns back before the last contact is quiet
        }
        const turned = sum(runs.map(({ way, detents }) => way * detents));
        const told = detentsOf(new Quadrature(given), contacts.told);
        expect(sum(told)).toBe(given.reverse ? 0 - turned : turned);
      }),
      { numRuns: 400 },
    );
  });

  it('tells no more detents than were turned: none there and back', () => {
    fc.assert(
      fc.property(settings, run, (given, { way, detents, detentUs, bounces }) => {
        const contacts = new Contacts(given);
        const stepUs = detentUs / given.stepsPerDetent;
        for (let step = 0; step < detents * given.stepsPerDetent; step += 1) {
          const fitting = (bounces[step % bounces.length] ?? []).filter((offset) => offset < stepUs * 0.6);
          contacts.step(way, stepUs, fitting, false);
        }
        const told = detentsOf(new Quadrature(given), contacts.told);
        expect(sum(told.map(Math.abs))).toBe(detents);
      }),
      { numRuns: 400 },
    );
  });

  it('counts 200 detents a second, each by itself', () => {
    for (const stepsPerDetent of [1, 2, 4] as const) {
      const given = { stepsPerDetent, reverse: false, restsAt: 1 } as const;
      const contacts = new Contacts(given);
      for (let step = 0; step < 400 * stepsPerDetent; step += 1) contacts.step(1, 5000 / stepsPerDetent, [100, 201, 400], false);
      expect(detentsOf(new Quadrature(given), contacts.told)).toEqual(Array.from({ length: 400 }, () => 1));
    }
  });

  it('begins where it is found, between two detents as well', () => {
    const quadrature = new Quadrature({ stepsPerDetent: 4, reverse: false, restsAt: 1 });
    expect(quadrature.level('clk', 1, 0)).toBe(0);
    expect(quadrature.level('dt', 0, 0)).toBe(0);
    expect(quadrature.level('dt', 1, 5000)).toBe(0);
    expect(quadrature.level('clk', 0, 10_000)).toBe(0);
  });
});

describe('at rest', () => {
  const rattle = fc.record({
    line: fc.constantFrom<QuadratureLine>('clk', 'dt'),
    bounces: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }),
    pauseUs: fc.constantFrom(0, 50_000, 5_000_000),
  });

  it('no bounce of either line is ever a detent', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: -3, max: 3 }), fc.array(rattle, { maxLength: 30 }), (given, turned, rattles) => {
        const contacts = new Contacts(given);
        for (let step = 0; step < Math.abs(turned) * given.stepsPerDetent; step += 1) contacts.step(Math.sign(turned), 20_000, [], false);
        contacts.atUs += 200_000;
        for (const { line, bounces, pauseUs } of rattles) {
          contacts.rattle(line, bounces);
          contacts.atUs += pauseUs;
        }
        const quadrature = new Quadrature(given);
        expect(sum(detentsOf(quadrature, contacts.told).map(Math.abs))).toBe(Math.abs(turned));
        expect(quadrature.deadlineUs).toBeNull();
      }),
      { numRuns: 400 },
    );
  });
});

describe('lost edges', () => {
  /** Eight edges apart, and neither in the first nor the last two turns of the table, where nobody could know. */
  const run = fc.record({
    way,
    cycles: fc.integer({ min: 6, max: 30 }),
    cycleUs: fc.constantFrom(5000, 8000, 20_000, 40_000),
    lost: fc.array(fc.nat(7), { minLength: 1, maxLength: 8 }),
    pauseUs: fc.constantFrom(30_000, 2_000_000),
  });

  it('while it turns are made up for, of either line', () => {
    const four = settings.filter(({ stepsPerDetent }) => stepsPerDetent !== 1);
    fc.assert(
      fc.property(four, fc.array(run, { maxLength: 6 }), (given, runs) => {
        const contacts = new Contacts(given);
        for (const { way, cycles, cycleUs, lost, pauseUs } of runs) {
          for (let step = 0; step < cycles * 4; step += 1) {
            const isLost = step >= 8 && step < cycles * 4 - 16 && step % 16 === 8 + (lost[Math.floor(step / 16) % lost.length] ?? 0);
            contacts.step(way, cycleUs / 4, [], isLost);
          }
          contacts.atUs += pauseUs;
        }
        const turned = sum(runs.map(({ way, cycles }) => (way * cycles * 4) / given.stepsPerDetent));
        expect(sum(detentsOf(new Quadrature(given), contacts.told))).toBe(given.reverse ? 0 - turned : turned);
      }),
      { numRuns: 400 },
    );
  });

  it('leave nothing behind that is not made up for: what comes after counts as ever', () => {
    fc.assert(
      fc.property(settings, fc.nat(400), way, (given, lostAt, way) => {
        const contacts = new Contacts(given);
        const quadrature = new Quadrature(given);
        for (let step = 0; step < 100; step += 1) contacts.step(way, 20_000, [], step === lostAt % 100);
        contacts.atUs += 1_000_000;
        for (let step = 0; step < 8; step += 1) contacts.step(way, 20_000, [], false);
        detentsOf(quadrature, contacts.told);
        const told = contacts.told.length;
        for (let step = 0; step < 40; step += 1) contacts.step(way, 20_000, [], false);
        const wired = given.reverse ? 0 - way : way;
        expect(sum(detentsOf(quadrature, contacts.told.slice(told)))).toBe((wired * 40) / given.stepsPerDetent);
      }),
    );
  });
});
