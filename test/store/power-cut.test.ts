/** Cuts the power at every operation on the disk in turn, and looks what the next start finds. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Chance, FakeDisk } from './support/fake-disk.ts';
import { eventAt, recordAt, snapshotAt } from './support/records.ts';
import { makeStore, newestSeq, tiny } from './support/stores.ts';

/** Seqs that were told durable, and that were tried. */
interface Told {
  durable: number;
  tried: number;
}

const GROUPS = [1, 1, 3, 1, 2, 5, 1, 1, 4, 1, 1, 2, 1, 6, 1, 1, 1, 3, 1, 1];
const HISTORY = 8;

/** Mulberry32, by Tommy Ettinger. */
function chanceFrom(seed: number): Chance {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs a life of the store on the disk. */
async function live(disk: FakeDisk, from: number, told: Told): Promise<void> {
  const { store } = makeStore({ files: disk, limits: tiny, history: HISTORY });
  await store.open();
  let seq = from;
  for (const size of GROUPS) {
    const records = Array.from({ length: size }, (_, index) => recordAt(seq + 1 + index));
    seq += size;
    const newest = seq;
    told.tried = newest;
    if ((await store.commit(records, () => snapshotAt(newest))).durable) told.durable = newest;
  }
  const newest = seq;
  await store.close(() => snapshotAt(newest));
}

/** @returns what is on the disk after the power went at operation `at`. */
async function cutAt(disk: FakeDisk, at: number, from: number, told: Told): Promise<void> {
  let died = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  disk.before = ({ count }) => {
    if (count < at) return undefined;
    died();
    return new Promise(() => {});
  };
  await Promise.race([live(disk, from, told), death]);
}

async function check(disk: FakeDisk, told: Told): Promise<void> {
  const { store } = makeStore({ files: disk, limits: tiny, history: HISTORY });
  const restored = await store.open();
  const newest = newestSeq(restored);
  expect(newest).toBeGreaterThanOrEqual(told.durable);
  expect(newest).toBeLessThanOrEqual(told.tried);
  const base = restored.snapshot?.seq ?? 0;
  if (restored.snapshot !== null) expect(restored.snapshot).toEqual(snapshotAt(base));
  expect(restored.records.map(({ seq }) => seq)).toEqual(restored.records.map((_, index) => base + 1 + index));
  expect(restored.records.every((record) => isDeepStrictEqual(record, recordAt(record.seq)))).toBe(true);
  const after = Math.max(0, newest - HISTORY);
  const page = await store.read(after, newest, 100);
  expect(page).toEqual({ events: Array.from({ length: newest - after }, (_, index) => eventAt(after + 1 + index)), reaches: true });
  told.tried = newest + 1;
  expect((await store.commit([recordAt(newest + 1)], () => snapshotAt(newest + 1))).durable).toBe(true);
  told.durable = newest + 1;
  await store.close(() => snapshotAt(newest + 1));
}

describe('a power cut at any moment', () => {
  it('keeps every record that was told durable, in order, and invents none', async () => {
    const whole = new FakeDisk();
    await live(whole, 0, { durable: 0, tried: 0 });
    expect(whole.operations).toBeGreaterThan(100);
    for (let at = 0; at <= whole.operations; at += 1) {
      for (let seed = 1; seed <= 3; seed += 1) {
        const disk = new FakeDisk();
        const told = { durable: 0, tried: 0 };
        await cutAt(disk, at, 0, told);
        await check(disk.afterPowerCut(chanceFrom(at * 1000 + seed)), told);
      }
    }
  });

  it('keeps them through a second cut during the repair of the first', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = chanceFrom(seed);
      const disk = new FakeDisk();
      const told = { durable: 0, tried: 0 };
      await cutAt(disk, Math.floor(chance() * 150), 0, told);
      const second = disk.afterPowerCut(chance);
      let died = () => {};
      const death = new Promise<void>((resolve) => {
        died = resolve;
      });
      const last = Math.floor(chance() * 60);
      second.before = ({ count }) => {
        if (count < last) return undefined;
        died();
        return new Promise(() => {});
      };
      await Promise.race([check(second, told), death]);
      const third = second.afterPowerCut(chance);
      await check(third, told);
    }
  });
});
