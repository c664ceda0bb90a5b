/** Knobs under supervision, with drivers that do as the test says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Submission } from '../../src/engine/submission.ts';
import { InputError, type KnobDriver, type KnobListener } from '../../src/inputs/knob-driver.ts';
import { KnobSet } from '../../src/inputs/knob-set.ts';
import { knobSchema } from '../../src/model/config-knobs.ts';
import { refusal } from '../../src/model/refusal.ts';

class FakeDriver implements KnobDriver {
  opened = 0;
  closed = 0;
  listener: KnobListener | null = null;
  /** What opening comes to. */
  opening: () => Promise<void> = () => Promise.resolve();
  closing: () => Promise<void> = () => Promise.resolve();

  async open(_signal: AbortSignal, listener: KnobListener): Promise<void> {
    this.opened += 1;
    this.listener = listener;
    await this.opening();
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.closing();
  }
}

const config = (fields: object = {}) => knobSchema.parse({ driver: 'evdev', device: 'x', zone: 'floor', ...fields });
const fault =
  (code: string, lasting = false) =>
  () =>
    Promise.reject(new InputError(code, 'broken', 'mend it', { lasting }));
const never = () => new Promise<void>(() => undefined);

function stand() {
  const drivers: FakeDriver[] = [];
  const told: [string, Readonly<Record<string, unknown>>, string | undefined][] = [];
  const submitted: Submission[] = [];
  const warnings: unknown[] = [];
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (facts: unknown) => void warnings.push(facts),
    error: () => undefined,
  };
  let prepare: (driver: FakeDriver) => void = () => undefined;
  const set = new KnobSet(
    {
      clock: { wallMs: () => Date.now(), monotonicUs: () => performance.now() * 1000 },
      logger: log,
      report: (type, payload, subject) => void told.push([type, payload, subject]),
      submit: (submission) => void submitted.push(submission),
    },
    () => {
      const driver = new FakeDriver();
      prepare(driver);
      drivers.push(driver);
      return driver;
    },
  );
  const first = () => drivers[0] ?? new FakeDriver();
  const making = (how: (driver: FakeDriver) => void) => {
    prepare = how;
  };
  return { set, drivers, told, submitted, warnings, first, making };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('a simulated knob', () => {
  it('says beforehand, too, that a minute of moves waits', async () => {
    const { set } = stand();
    await set.take({ desk: knobSchema.parse({ driver: 'simulated', zone: 'floor' }) });
    await pass(0);
    expect(set.simulate('desk', '+1', true)).toBeNull();
    const answers = Array.from({ length: 20 }, () => set.simulate('desk', '+1000', false));
    expect([answers.at(0), answers.at(-1)]).toEqual([null, expect.objectContaining({ code: 'overloaded' })]);
    expect(set.simulate('desk', '+1', true)).toMatchObject({ code: 'overloaded' });
    await set.close();
  });
});

describe('a knob that fails', () => {
  it('is told once for each cause, and tried again after growing pauses up to 30 s', async () => {
    const { set, told, first, making } = stand();
    making((driver) => {
      driver.opening = fault('gone');
    });
    await set.take({ desk: config() });
    await pass(0);
    expect(told).toEqual([
      ['system.input_failed', { knob: 'desk', code: 'gone', message: 'broken', cure: 'mend it', retry_ms: 500 }, undefined],
    ]);
    const tries: number[] = [];
    for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      await pass(wait - 1);
      tries.push(first().opened);
      await pass(1);
    }
    expect(tries).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(told).toHaveLength(1);
    first().opening = fault('denied');
    await pass(30_000);
    expect(told[1]?.[1]).toMatchObject({ code: 'denied', retry_ms: 30_000 });
    first().opening = () => Promise.resolve();
    await pass(30_000);
    expect(told[2]).toEqual(['system.input_recovered', { knob: 'desk', down_ms: expect.any(Number) }, undefined]);
    await set.close();
  });

  it('for good is left alone until the configuration is read again', async () => {
    const { set, told, drivers, first, making } = stand();
    making((driver) => {
      driver.opening = fault('no_such_pin', true);
    });
    await set.take({ desk: config() });
    await pass(600_000);
    expect(first().opened).toBe(1);
    expect(told[0]?.[1]).toMatchObject({ retry_ms: null });
    await set.take({ desk: config() });
    await pass(0);
    expect([first().opened, told.length]).toEqual([2, 1]);
    making(() => undefined);
    await set.take({ desk: config({ device: 'y' }) });
    await pass(0);
    expect(drivers).toHaveLength(2);
    expect(told.map(([type]) => type)).toEqual(['system.input_failed', 'system.input_recovered']);
    await set.close();
  });

  it('that was open is opened anew; what the hand had begun is forgotten, and a late word of its driver is not heard', async () => {
    const { set, first, submitted, told } = stand();
    await set.take({ desk: config() });
    await pass(0);
    const before = first().listener;
    before?.hear({ kind: 'button', down: true, atUs: 0 });
    before?.failed(new InputError('unplugged', 'gone', 'plug it in'));
    await pass(500);
    expect(first().opened).toBe(2);
    before?.hear({ kind: 'turned', detents: 1, atUs: 0 });
    await pass(2000);
    expect(submitted).toEqual([]);
    first().listener?.hear({ kind: 'turned', detents: 1, atUs: 0 });
    expect(submitted).toHaveLength(1);
    expect(told.map(([type]) => type)).toEqual(['system.input_failed', 'system.input_recovered', 'knob.rotated']);
    await set.close();
  });

  it('to open within 10 s is given up and tried again', async () => {
    const { set, told, first, making } = stand();
    making((driver) => {
      driver.opening = never;
    });
    await set.take({ desk: config() });
    await pass(9999);
    expect(told).toEqual([]);
    await pass(1);
    expect(told[0]?.[1]).toMatchObject({ code: 'input_open_timeout' });
    expect(first().closed).toBe(1);
    await pass(500);
    expect(first().opened).toBe(2);
    const closing = set.close();
    await pass(500);
    await closing;
  });
});

describe('a knob whose driver cannot be made', () => {
  it('is told with a cure, tried again, and keeps nothing from the others, nor from later reloads', async () => {
    const { set, told, drivers, making } = stand();
    let makes = 0;
    making(() => {
      makes += 1;
      if (makes === 1) throw new TypeError('no such addon');
    });
    await set.take({ desk: config(), wall: config({ device: 'w' }) });
    await pass(0);
    expect(drivers.map(({ opened }) => opened)).toEqual([1]);
    expect(told).toEqual([
      [
        'system.input_failed',
        { knob: 'desk', code: 'input_failed', message: 'no such addon', cure: expect.stringContaining('tried again'), retry_ms: 500 },
        undefined,
      ],
    ]);
    await pass(500);
    expect(told.at(-1)?.[0]).toBe('system.input_recovered');
    making(() => {
      throw new InputError('no_luck', 'none', 'have some', { lasting: true });
    });
    await set.take({ desk: config({ device: 'y' }), wall: config({ device: 'w' }) });
    await pass(0);
    expect(told.at(-1)?.[1]).toMatchObject({ code: 'no_luck', cure: 'have some', retry_ms: null });
    making(() => undefined);
    await set.take({ desk: config({ device: 'y' }), wall: config({ device: 'w' }) });
    await pass(0);
    expect(told.at(-1)?.[0]).toBe('system.input_recovered');
    expect(drivers.at(-1)?.opened).toBe(1);
    await set.close();
  });
});

describe('a reload', () => {
  it('leaves what did not change, and opens what comes once what goes has been closed', async () => {
    const { set, drivers, making } = stand();
    await set.take({ desk: config(), wall: config({ device: 'w' }) });
    await pass(0);
    const [desk, wall] = drivers;
    let closed = false;
    if (wall === undefined) throw new Error('there is none');
    wall.closing = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      closed = true;
    };
    let wasClosed = false;
    making(() => {
      wasClosed = closed;
    });
    const taken = set.take({ desk: config(), wall: config({ device: 'w', reverse: true }) });
    await pass(100);
    await taken;
    await pass(0);
    expect([desk?.opened, desk?.closed, wall.closed, drivers.length, wasClosed]).toEqual([1, 0, 1, 3, true]);
    await set.close();
  });
});

describe('an end', () => {
  it('comes within a second, whatever drivers do, and nothing is opened after it', async () => {
    const { set, drivers, making } = stand();
    making((driver) => {
      driver.closing = never;
    });
    await set.take({ desk: config(), wall: config({ device: 'w' }) });
    await pass(0);
    let ended = false;
    void set.close().then(() => {
      ended = true;
    });
    await pass(600);
    expect(ended).toBe(true);
    await set.take({ other: config() });
    await pass(60_000);
    expect(drivers.map(({ opened }) => opened)).toEqual([1, 1]);
  });
});

describe('what a knob asks for', () => {
  it('comes from hardware and from nobody, and its refusal is logged once in ten seconds', async () => {
    const { set, submitted, warnings, first } = stand();
    await set.take({ desk: config() });
    await pass(0);
    for (let count = 0; count < 50; count += 1) {
      first().listener?.hear({ kind: 'turned', detents: -2, atUs: performance.now() * 1000 });
      await pass(100);
    }
    expect(submitted).toHaveLength(50);
    expect(submitted[0]).toMatchObject({
      source: 'hardware',
      origin: null,
      user: null,
      trigger: 'knob:desk',
      request: { ok: true, value: { request_id: null, command: { type: 'zone.adjust_brightness', zone: 'floor', delta: -16 } } },
    });
    for (const { respond } of submitted) respond({ request_id: null, ok: false, error: refusal('overloaded', 'too much') });
    expect(warnings).toEqual([{ knob: 'desk', command: 'zone.adjust_brightness', code: 'overloaded', why: 'too much' }]);
    await set.close();
  });

  it('takes a driver’s time where it is ours, and the time of hearing where it is not', async () => {
    const { set, told, first } = stand();
    await set.take({ desk: config({ double_press: null }) });
    await pass(5000);
    const now = () => performance.now() * 1000;
    first().listener?.hear({ kind: 'button', down: true, atUs: now() - 300_000 });
    first().listener?.hear({ kind: 'button', down: false, atUs: now() - 100_000 });
    expect(told.at(-2)).toEqual(['knob.released', { held_ms: 200 }, 'desk']);
    await pass(1000);
    first().listener?.hear({ kind: 'button', down: true, atUs: 17 });
    await pass(50);
    first().listener?.hear({ kind: 'button', down: false, atUs: now() + 9_000_000 });
    expect(told.at(-2)).toEqual(['knob.released', { held_ms: 50 }, 'desk']);
    await set.close();
  });

  it('is a short press where its driver says so, though we were too busy to hear of its end in time', async () => {
    const { set, told, first } = stand();
    await set.take({ desk: config({ double_press: null }) });
    await pass(1000);
    const pressedUs = performance.now() * 1000;
    first().listener?.hear({ kind: 'button', down: true, atUs: pressedUs });
    vi.advanceTimersByTime(900); // the timer of a long press fires, and only then what waited is read
    first().listener?.hear({ kind: 'button', down: false, atUs: pressedUs + 100_000 });
    await pass(1000);
    expect(told.slice(-2)).toEqual([
      ['knob.released', { held_ms: 100 }, 'desk'],
      ['knob.pressed', {}, 'desk'],
    ]);
    first().listener?.hear({ kind: 'button', down: true, atUs: performance.now() * 1000 });
    await pass(700);
    expect(told.at(-1)?.[0]).toBe('knob.long_pressed');
    await set.close();
  });
});
