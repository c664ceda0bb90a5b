/** Damage to many lines in a row: a bad sector, two of them, zeros. A value may then be missing, but none is an older one. */
import { describe, expect, it } from 'vitest';
import { KeptLog } from '../../../src/store/kept-log/kept-log.ts';
import { until } from '../../support/until.ts';
import { FakeDisk } from '../support/fake-disk.ts';
import { listener } from '../support/records.ts';

const path = '/broker.jsonl';

async function opened(files: FakeDisk) {
  const heard = listener();
  const log = new KeptLog({
    path,
    files,
    report: heard.report,
    access: () => 'write',
    part: 'broker',
    limits: { gather_ms: 1, rewrite_bytes: 1e9 },
  });
  const found = await log.entries();
  for (const [key, value] of found) log.adopt(key, Object(value));
  return { log, found: new Map([...found].map(([key, value]) => [key, Number(Object(value).n)])), ...heard };
}

/** In this order, each group in an append of its own. */
async function written(groups: readonly (readonly (readonly [key: string, n: number | null])[])[]): Promise<FakeDisk> {
  const disk = new FakeDisk();
  for (const group of groups) {
    const { log } = await opened(disk);
    for (const [key, n] of group) {
      if (n === null) log.remove(key);
      else log.put(key, { n });
    }
    await log.close();
  }
  return disk;
}

async function damaged(disk: FakeDisk, from: number, bytes: number): Promise<FakeDisk> {
  const copy = disk.afterPowerCut(() => 0);
  const file = await copy.open(path, 'update');
  await file.write(Buffer.alloc(Math.min(bytes, copy.text(path).length - from)), from);
  await file.sync();
  return copy;
}

/** Bases of keys that are never changed again, then changes of others, in groups of one and of many. */
function life() {
  const groups: [string, number | null][][] = [];
  groups.push(Array.from({ length: 100 }, (_, n) => [`base${n}`, 0]));
  for (let round = 1; round <= 60; round += 1) {
    const group: [string, number | null][] = [[`often${round % 7}`, round]];
    if (round % 3 === 0) group.push([`base${round}`, round], [`came${round}`, round]);
    if (round % 6 === 0) group.push([`came${round - 3}`, null]);
    groups.push(group);
  }
  groups.push(Array.from({ length: 30 }, (_, n) => [`end${n}`, 1])); // behind all damage: this is no torn end
  const truth = new Map<string, number>();
  const lastChange = new Map<string, number>();
  let line = 0;
  for (const [key, n] of groups.flat()) {
    line += 1;
    lastChange.set(key, line);
    if (n === null) truth.delete(key);
    else truth.set(key, n);
  }
  return { groups, truth, lastChange };
}

describe('damage to lines in a row', () => {
  it('of up to a sector, wherever it begins, costs what those lines said and nothing else', async () => {
    const { groups, truth, lastChange } = life();
    const disk = await written(groups);
    const text = disk.text(path);
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index);
    for (const bytes of [1, 300, 2000, 4096]) {
      for (let from = 0; from + bytes < text.indexOf('"k":"end0"'); from += 97) {
        const { found, codes } = await opened(await damaged(disk, from, bytes));
        const first = ends.findIndex((end) => end >= from) + 1;
        const last = ends.findIndex((end) => end >= from + bytes - 1) + 2; // with a newline goes the start of the next
        for (const [key, n] of found) expect([key, n]).toEqual([key, truth.get(key)]);
        for (const [key, at] of lastChange)
          if (truth.has(key) && (at < first || at > last)) expect([key, found.has(key)]).toEqual([key, true]);
        if (found.size < truth.size) expect(codes('system.store_damaged')).toContain('record');
      }
    }
  }, 60_000);

  it('of more than that brings no older value back either, and costs what stands before at most', async () => {
    const { groups, truth } = life();
    const disk = await written(groups);
    const until = disk.text(path).indexOf('"k":"end0"') - 100;
    for (const bytes of [4097, 5000, 6000, 8192]) {
      for (let from = 0; from + bytes < until; from += 211) {
        const { found } = await opened(await damaged(disk, from, bytes));
        for (const [key, n] of found) expect([key, n]).toEqual([key, truth.get(key)]);
        for (let n = 1; n < 30; n += 1) expect(found.get(`end${n}`)).toBe(1);
      }
    }
  }, 60_000);

  it('of twenty lines in which values were replaced and removed', async () => {
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
    const disk = await written([
      [...keys.map((key) => [key, 1] as const), ['untouched', 1]],
      keys.map((key, n) => [key, n % 2 === 0 ? 2 : null] as const),
      [['behind', 1]],
    ]);
    const lines = disk.text(path).split('\n');
    const start = lines.slice(0, 21).join('\n').length + 1;
    const { found } = await opened(await damaged(disk, start, lines.slice(21, 41).join('\n').length));
    expect([...found]).toEqual([
      ['untouched', 1],
      ['behind', 1],
    ]);
  });

  it('twice costs no more than both places', async () => {
    const keys = Array.from({ length: 10 }, (_, n) => `k${n}`);
    const disk = await written([[...keys, 'a', 'b'].map((key) => [key, 1] as const), keys.map((key) => [key, 2] as const), [['end', 1]]]);
    const lines = disk.text(path).split('\n');
    const offset = (line: number) => lines.slice(0, line).join('\n').length + 1;
    const once = await damaged(disk, offset(12), 10);
    const { found } = await opened(await damaged(once, offset(15), lines[15]?.length ?? 0));
    expect(Object.fromEntries(found)).toEqual({
      a: 1,
      b: 1,
      end: 1,
      ...Object.fromEntries(keys.map((key) => [key, 2])),
      k0: undefined,
      k3: undefined,
    });
  });
});

it('a file that was just written anew says nothing of older values, for it has none', async () => {
  const { log } = await opened(new FakeDisk());
  await log.close();
  const disk = await written([Array.from({ length: 50 }, (_, n) => [`k${n}`, n] as const)]);
  expect(disk.text(path)).not.toContain('"p":');
});

it('lines stay short where one key changes again and again', async () => {
  const disk = new FakeDisk();
  const { log } = await opened(disk);
  for (let n = 1; n <= 200; n += 1) {
    log.put('a', { n });
    await until(() => disk.paths.includes(path) && disk.text(path).includes(`{"n":${n}}`), 'the change');
  }
  await log.close();
  const longest = Math.max(
    ...disk
      .text(path)
      .split('\n')
      .map((line) => line.length),
  );
  expect(longest).toBeLessThan(300);
});
