import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvdevMeaning, EventCutter, type InputEvent, type Meaning } from '../../src/inputs/evdev-events.ts';
import { eventBytes } from './event-bytes.ts';

const SYN = { type: 0, code: 0, value: 0 };
const DROPPED = { type: 0, code: 3, value: 0 };

/** What a run of events means. */
function meant(events: readonly Omit<InputEvent, 'stampUs'>[], meaning = new EvdevMeaning()): Meaning[] {
  return events.map((event) => meaning.read({ stampUs: 0, ...event })).filter((one) => one !== null);
}

const rel = (code: number, value: number) => ({ type: 2, code, value });
const abs = (code: number, value: number) => ({ type: 3, code, value });
const key = (code: number, value: number) => ({ type: 1, code, value });

describe('the bytes of a device', () => {
  const event = fc.record({
    stampUs: fc.nat(2 ** 32 - 1).chain((seconds) => fc.nat(999_999).map((us) => seconds * 1e6 + us)),
    type: fc.nat(0xffff),
    code: fc.nat(0xffff),
    value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  });

  it.each([24, 16] as const)('in events of %i bytes are read alike however they are cut', (size) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.array(fc.nat()), (events, cuts) => {
        const bytes = Buffer.concat(events.map((one) => eventBytes(one, size)));
        const places = [0, ...cuts.map((at) => at % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
        const cutter = new EventCutter(size);
        const read = places.slice(1).flatMap((end, index) => cutter.push(bytes.subarray(places[index], end)));
        expect(read).toEqual(events);
      }),
    );
  });

  it.each([24, 16] as const)('in events of %i bytes are read alike byte by byte', (size) => {
    const told = { stampUs: 1_790_000_000_123_456, type: 2, code: 7, value: -1 };
    const cutter = new EventCutter(size);
    expect([...eventBytes(told, size), ...eventBytes(told, size)].flatMap((byte) => cutter.push(Uint8Array.of(byte)))).toEqual([
      told,
      told,
    ]);
  });

  it('as the kernel writes them', () => {
    const wide = Buffer.from('00f1536500000000a086010000000000020007000100000000f1536500000000a0860100000000000000000000000000', 'hex');
    const narrow = Buffer.from('00f15365a0860100020007000100000000f15365a08601000000000000000000', 'hex');
    const expected = [
      { stampUs: 0x6553f100 * 1e6 + 100_000, type: 2, code: 7, value: 1 },
      { stampUs: 0x6553f100 * 1e6 + 100_000, type: 0, code: 0, value: 0 },
    ];
    expect(new EventCutter(24).push(wide)).toEqual(expected);
    expect(new EventCutter(16).push(narrow)).toEqual(expected);
  });
});

describe('what events mean', () => {
  it.each([
    ['REL_X', 0],
    ['REL_DIAL', 7],
    ['REL_WHEEL', 8],
  ])('%s turns, either way', (_, code) => {
    expect(meant([rel(code, 1), SYN, rel(code, -2), SYN, rel(code, 0), SYN])).toEqual([
      { kind: 'turned', detents: 1 },
      { kind: 'turned', detents: -2 },
    ]);
  });

  it('the same turn again in 120ths is left out', () => {
    expect(meant([rel(8, 1), rel(11, 120), SYN, rel(6, -1), rel(12, -120), SYN])).toEqual([
      { kind: 'turned', detents: 1 },
      { kind: 'turned', detents: -1 },
    ]);
  });

  it('a position turns by its change once it is known, also over its end', () => {
    expect(meant([abs(0, 22), abs(0, 23), abs(0, 0), abs(0, 23), abs(0, 20), abs(0x35, 500)])).toEqual(
      [1, 1, -1, -3].map((detents) => ({ kind: 'turned', detents })),
    );
  });

  it('a walk around a turn of 24 steps comes to what was walked', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 1)), (walk) => {
        const sums = walk.map((_, index) => walk.slice(0, index + 1).reduce((sum, step) => sum + step, 0));
        const events = [0, ...sums].map((sum) => abs(0, ((sum % 24) + 24) % 24));
        expect(meant(events)).toEqual(walk.map((detents) => ({ kind: 'turned', detents })));
      }),
    );
  });

  it('a key is the button, its repetitions are not', () => {
    expect(meant([key(256, 1), SYN, key(256, 2), SYN, key(256, 2), SYN, key(256, 0), SYN])).toEqual([
      { kind: 'button', down: true },
      { kind: 'button', down: false },
    ]);
  });

  it('presses and releases of several keys alternate, as of one button', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(2)), { maxLength: 60 }), (presses) => {
        const told = meant(presses.map(([code, value]) => key(256 + code, value)));
        expect(told).toEqual(told.map((_, index) => ({ kind: 'button', down: index % 2 === 0 })));
      }),
    );
  });

  it('the keys for louder and softer turn, held down too', () => {
    expect(meant([key(115, 1), key(115, 2), key(115, 0), key(114, 1), key(114, 0)])).toEqual(
      [1, 1, -1].map((detents) => ({ kind: 'turned', detents })),
    );
  });

  it('after a loss all up to the next report is left out, a key is let go, and positions are learnt anew', () => {
    const meaning = new EvdevMeaning();
    expect(meant([abs(0, 3), key(256, 1), SYN, DROPPED, rel(0, 1), key(256, 0), abs(0, 9), SYN], meaning)).toEqual([
      { kind: 'button', down: true },
      { kind: 'button', down: false },
    ]);
    expect(meant([rel(0, 1), abs(0, 6), abs(0, 7), key(256, 0), key(256, 1), SYN], meaning)).toEqual([
      { kind: 'turned', detents: 1 },
      { kind: 'turned', detents: 1 },
      { kind: 'button', down: true },
    ]);
  });

  it('whatever comes, nothing turns by nothing', () => {
    const any = fc.record({ type: fc.nat(5), code: fc.nat(0x40), value: fc.integer({ min: -300, max: 300 }) });
    fc.assert(
      fc.property(fc.array(any), (events) => {
        for (const one of meant(events)) if (one.kind === 'turned') expect(Math.abs(one.detents)).toBeGreaterThan(0);
      }),
    );
  });
});
