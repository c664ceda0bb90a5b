/** The kept log: what was put is there after a restart, whatever the disk did, and never something else. */
import { describe, expect, it } from 'vitest';
import type { KeptLimits } from '../../../src/store/kept-log/kept-limits.ts';
import { KeptLog } from '../../../src/store/kept-log/kept-log.ts';
import { FakeDisk, type Operation, systemError } from '../support/fake-disk.ts';
import { listener } from '../support/records.ts';
import { until } from '../support/stores.ts';

const path = '/broker.jsonl';
const hasty: Partial<KeptLimits> = { gather_ms: 1, retry_first_ms: 5, retry_longest_ms: 20, close_ms: 60 };

function make(disk: FakeDisk, limits: Partial<KeptLimits> = {}, access: () => 'none' | 'read' | 'write' = () => 'write') {
  const heard = listener();
  return {
    log: new KeptLog({ path, report: heard.report, access, part: 'broker', files: disk, limits: { ...hasty, ...limits } }),
    ...heard,
  };
}

/** As the broker does: all that was found stays. */
async function opened(disk: FakeDisk, limits: Partial<KeptLimits> = {}) {
  const made = make(disk, limits);
  const found = await made.log.entries();
  for (const [key, value] of found) made.log.adopt(key, Object(value));
  return { ...made, found: Object.fromEntries(found) };
}

/** What the next start finds after the power went now. */
async function afterCut(disk: FakeDisk): Promise<Record<string, unknown>> {
  return (await opened(disk.afterPowerCut(() => 0))).found;
}

function writes(disk: FakeDisk): () => number {
  let count = 0;
  disk.before = ({ name }) => {
    if (name === 'write') count += 1;
    return undefined;
  };
  return () => count;
}

describe('the kept log', () => {
  it('is empty at first, and writes nothing for that', async () => {
    const disk = new FakeDisk();
    const { log, found } = await opened(disk);
    await log.close();
    expect([found, disk.paths]).toEqual([{}, ['/']]);
  });

  it('gives the newest value of each key, the one changed last at the end, and none that was removed', async () => {
    const disk = new FakeDisk();
    const first = await opened(disk);
    for (const key of ['a', 'b', 'c', '__proto__']) first.log.put(key, { key, n: 1 });
    await until(() => disk.paths.includes(path) && disk.text(path).split('\n').length === 5);
    first.log.put('a', { key: 'a', n: 2 });
    first.log.remove('b');
    await first.log.close();
    const { found, told } = await opened(disk);
    expect(Object.entries(found)).toEqual([
      ['c', { key: 'c', n: 1 }],
      ['__proto__', { key: '__proto__', n: 1 }],
      ['a', { key: 'a', n: 2 }],
    ]);
    expect(told).toEqual([]);
  });

  it('gathers changes into one append and sync; what came and went meanwhile costs nothing', async () => {
    const disk = new FakeDisk();
    const { log } = await opened(disk);
    const count = writes(disk);
    for (let n = 0; n < 1000; n += 1) log.put(`k${n % 10}`, { n });
    for (let n = 0; n < 5; n += 1) log.remove(`k${n}`);
    await until(() => disk.paths.includes(path));
    await until(() => log.isWritten('k9'));
    expect([count(), disk.text(path).split('\n').length - 1]).toEqual([1, 5]);
    log.put('gone', {});
    log.remove('gone');
    await log.close();
    expect(count()).toBe(1);
  });

  it('makes JSON of a value when it is written', async () => {
    const disk = new FakeDisk();
    const { log } = await opened(disk);
    const value = { n: 1 };
    log.put('a', value);
    value.n = 2;
    await log.close();
    expect(await afterCut(disk)).toEqual({ a: { n: 2 } });
  });

  it('is written anew when most of it is dead, and then is small', async () => {
    const disk = new FakeDisk();
    const { log } = await opened(disk, { rewrite_bytes: 2000, rewrite_factor: 4 });
    for (let n = 1; n <= 200; n += 1) {
      log.put('a', { n });
      await until(() => disk.paths.includes(path) && disk.text(path).includes(`{"n":${n}}`));
      expect(disk.text(path).length).toBeLessThan(2300);
    }
    await log.close();
    expect(await afterCut(disk)).toEqual({ a: { n: 200 } });
  });

  it('is left alone where another daemon has the folder, and read where it may only be read', async () => {
    const disk = new FakeDisk();
    const first = await opened(disk);
    first.log.put('a', { n: 1 });
    await first.log.close();
    const text = disk.text(path);
    for (const access of ['none', 'read'] as const) {
      const { log, told } = make(disk, {}, () => access);
      expect((await log.entries()).size).toBe(access === 'none' ? 0 : 1);
      log.put('b', { n: 2 });
      await log.close();
      expect([told, disk.text(path)]).toEqual([[], text]);
    }
  });

  it('is written to once that is allowed', async () => {
    const disk = new FakeDisk();
    let access: 'read' | 'write' = 'read';
    let asked = 0;
    const { log } = make(disk, {}, () => {
      asked += 1;
      return access;
    });
    await log.entries();
    log.put('a', { n: 1 });
    const before = asked;
    await until(() => asked >= before + 3);
    expect(disk.paths).toEqual(['/']);
    access = 'write';
    await until(() => log.isWritten('a'));
    await log.close();
    expect(await afterCut(disk)).toEqual({ a: { n: 1 } });
  });
});

/** A small file: puts, a removal, changes of the same key. */
async function small(): Promise<FakeDisk> {
  const disk = new FakeDisk();
  for (const changes of [
    { a: 1, b: 1, c: 1 },
    { a: 2, b: null },
    { d: 1, a: 3 },
  ]) {
    const { log } = await opened(disk);
    for (const [key, n] of Object.entries(changes)) {
      if (n === null) log.remove(key);
      else log.put(key, { key, n });
    }
    await log.close();
  }
  return disk;
}

async function overwrite(disk: FakeDisk, change: (bytes: Buffer) => Buffer): Promise<FakeDisk> {
  const copy = disk.afterPowerCut(() => 1);
  const bytes = change(Buffer.from(copy.text(path)));
  const file = await copy.open(path, 'update');
  await file.truncate(0);
  await file.write(bytes, 0);
  await file.sync();
  return copy;
}

describe('a damaged log', () => {
  const whole = { c: { key: 'c', n: 1 }, d: { key: 'd', n: 1 }, a: { key: 'a', n: 3 } };

  it('never gives a wrong value, whichever bit is flipped: at most one change is lost, and it is told', async () => {
    const disk = await small();
    const bytes = Buffer.from(disk.text(path));
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = await overwrite(disk, (copy) => {
          copy[at] = (copy[at] ?? 0) ^ (1 << bit);
          return copy;
        });
        const { found, codes } = await opened(damaged);
        // the end of the file may never have been written: there the change before it may hold
        const before = at < lastLine ? whole : { ...whole, a: { key: 'a', n: 2 } };
        for (const [key, value] of Object.entries(found)) expect([Object(whole)[key], Object(before)[key]]).toContainEqual(value);
        expect(Object.keys(whole).length - Object.keys(found).length).toBeLessThanOrEqual(1);
        if (Object.keys(found).length < 3) expect(codes('system.store_damaged')).not.toEqual([]);
      }
    }
  }, 60_000);

  it('that was cut anywhere gives all that stands before the cut, and is whole again after the next start', async () => {
    const disk = await small();
    const lines = disk.text(path).split('\n').slice(0, -1);
    for (let length = 0; length <= disk.text(path).length; length += 1) {
      const cut = await overwrite(disk, (bytes) => bytes.subarray(0, length));
      const { found, log } = await opened(cut);
      const expected: Record<string, unknown> = {};
      let end = 0;
      for (const line of lines) {
        end += line.length + 1;
        if (end - 1 > length) break; // the newline alone may be missing
        const { k, v } = JSON.parse(line).record;
        if (v === undefined) delete expected[k];
        else expected[k] = v;
      }
      expect(found).toEqual(expected);
      log.put('new', { n: 1 });
      await log.close();
      const again = await opened(cut.afterPowerCut(() => 0));
      expect([again.found, again.told]).toEqual([{ ...expected, new: { n: 1 } }, []]);
    }
  }, 60_000);
});

function failing(code: string, when: (operation: Operation) => boolean) {
  return (operation: Operation) => {
    if (when(operation)) throw systemError(code);
    return undefined;
  };
}

describe('a disk that fails', () => {
  it.each(['ENOSPC', 'EIO', 'EROFS'])('while the log is written to (%s) is told once, and caught up with', async (code) => {
    const disk = new FakeDisk();
    const { log, told } = await opened(disk);
    log.put('a', { n: 1 });
    log.put('b', { n: 1 });
    await until(() => disk.paths.includes(path) && log.isWritten('b') && disk.text(path).length > 100);
    let failures = 0;
    disk.before = failing(code, ({ name }) => {
      const fails = ['write', 'open create', 'open update', 'truncate', 'sync'].includes(name);
      if (fails) failures += 1;
      return fails;
    });
    log.put('a', { n: 2 });
    await until(() => told.length > 0);
    log.remove('b');
    for (let n = 0; n < 50; n += 1) log.put(`k${n}`, { n });
    for (let n = 0; n < 49; n += 1) log.remove(`k${n}`);
    const before = failures;
    await until(() => failures >= before + 3);
    expect(told).toMatchObject([{ type: 'system.store_failed', payload: { path, operation: 'write', code, part: 'broker' } }]);
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ type: 'system.store_recovered', payload: { part: 'broker' } });
    expect(await afterCut(disk)).toEqual({ a: { n: 2 }, k49: { n: 49 } });
    log.put('c', { n: 1 });
    await log.close();
    expect(await afterCut(disk)).toEqual({ a: { n: 2 }, k49: { n: 49 }, c: { n: 1 } });
  });

  it('takes a part of what was written: it is written anew', async () => {
    const disk = new FakeDisk();
    const { log, told } = await opened(disk);
    log.put('a', { n: 1 });
    await until(() => disk.paths.includes(path) && log.isWritten('a'));
    disk.partOfWrite = 10;
    disk.before = failing('ENOSPC', ({ name, count }) => name === 'write' && disk.partOfWrite === null && count > 0);
    log.put('a', { n: 2 });
    await until(() => told.length === 1);
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(await afterCut(disk)).toEqual({ a: { n: 2 } });
  });

  it('that does not answer while the log is read is not waited for, and the file is left alone', async () => {
    const disk = await small();
    const text = disk.text(path);
    disk.before = ({ name }) => (name === 'read' ? new Promise(() => {}) : undefined);
    const { log, told } = make(disk, { open_ms: 60 });
    expect((await log.entries()).size).toBe(0);
    expect(told).toMatchObject([{ type: 'system.store_failed', payload: { operation: 'open', code: 'ETIMEDOUT' } }]);
    disk.before = () => undefined;
    log.put('z', {});
    await log.close();
    expect(disk.text(path)).toBe(text);
  });

  it('and hangs lets the log close in a bounded time', async () => {
    const disk = new FakeDisk();
    const { log, codes } = await opened(disk);
    log.put('a', {});
    disk.before = () => new Promise(() => {});
    await log.close();
    expect(codes('system.store_failed')).toEqual(['ETIMEDOUT']);
  });
});

describe('a power cut', () => {
  const chanceFrom = (seed: number) => {
    let state = seed;
    return () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
  };

  function syncedText(disk: FakeDisk): string {
    const survivor = disk.afterPowerCut(() => 0);
    return survivor.paths.includes(path) ? survivor.text(path) : '';
  }

  /** Values only grow; what was synced at the cut is the least that must be found, what was put the most. */
  async function live(disk: FakeDisk, put: Map<string, number>, durable: Map<string, number>): Promise<void> {
    const { log } = await opened(disk, { rewrite_bytes: 600, rewrite_factor: 2, gather_ms: 0 });
    for (let round = 1; round <= 12; round += 1) {
      const batch = [`k${round % 3}`, `k${(round * 7) % 5}`];
      for (const key of batch) {
        put.set(key, round);
        log.put(key, { n: round });
      }
      const isSynced = (key: string, n: number) => syncedText(disk).includes(`"k":"${key}","v":{"n":${n}}`);
      await until(() => batch.every((key) => isSynced(key, round)));
      for (const [key, n] of put) if (isSynced(key, n)) durable.set(key, n);
    }
    await log.close();
  }

  it('at every operation, those of writing anew among them, loses nothing that was synced and invents nothing', async () => {
    const wholeLife = new FakeDisk();
    await live(wholeLife, new Map(), new Map());
    for (let at = 1; at <= wholeLife.operations; at += 1) {
      for (const seed of [1, 2]) {
        const [disk, put, durable] = [new FakeDisk(), new Map<string, number>(), new Map<string, number>()];
        let died = () => {};
        const death = new Promise<void>((resolve) => {
          died = resolve;
        });
        disk.before = ({ count }) => {
          if (count < at) return undefined;
          died();
          return new Promise(() => {});
        };
        await Promise.race([live(disk, put, durable).catch(() => undefined), death]);
        const { found } = await opened(disk.afterPowerCut(chanceFrom(at * 10 + seed)));
        for (const [key, n] of durable) expect(Object(found)[key]?.n ?? 0).toBeGreaterThanOrEqual(n);
        for (const [key, value] of Object.entries(found)) expect(Object(value).n).toBeLessThanOrEqual(put.get(key) ?? 0);
      }
    }
  }, 120_000);
});
