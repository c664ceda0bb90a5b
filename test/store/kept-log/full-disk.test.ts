/** A full disk and one that hangs: what is free stays free for others, what fits is written, and somebody is told. */
import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../src/store/file-system.ts';
import type { KeptLimits } from '../../../src/store/kept-log/kept-limits.ts';
import { KeptLog } from '../../../src/store/kept-log/kept-log.ts';
import { until } from '../../support/until.ts';
import { FakeDisk, type Operation, systemError } from '../support/fake-disk.ts';
import { listener } from '../support/records.ts';
import { SmallDisk } from './small-disk.ts';

const path = '/broker.jsonl';
const hasty: Partial<KeptLimits> = { gather_ms: 1, retry_first_ms: 5, retry_longest_ms: 10, close_ms: 500 };

async function opened(files: FileSystem, limits: Partial<KeptLimits> = {}) {
  const heard = listener();
  const log = new KeptLog({ path, files, report: heard.report, access: () => 'write', part: 'broker', limits: { ...hasty, ...limits } });
  const found = await log.entries();
  for (const [key, value] of found) log.adopt(key, Object(value));
  return { log, found: Object.fromEntries(found), ...heard, types: () => heard.told.map(({ type }) => type) };
}

async function afterCut(disk: FakeDisk): Promise<Record<string, unknown>> {
  return (await opened(disk.afterPowerCut(() => 0))).found;
}

/** A hundred values of some 1,000 bytes. */
async function filled(disk: SmallDisk) {
  const made = await opened(disk);
  for (let n = 0; n < 100; n += 1) made.log.put(`k${n}`, { s: 'x'.repeat(1000) });
  await until(() => disk.inner.paths.includes(path) && made.log.isWritten('k99'), 'the values to be written');
  return made;
}

/** Attempts to write, however they end. */
function attempts(disk: FakeDisk): () => number {
  let count = 0;
  disk.before = ({ name }) => {
    if (name === 'open create' || name === 'open update') count += 1;
    return undefined;
  };
  return () => count;
}

describe('on a full disk', () => {
  it('the log leaves what becomes free to others, and takes up a change as soon as that fits', async () => {
    const disk = new SmallDisk(1_000_000);
    const { log, types } = await filled(disk);
    const whole = disk.used;
    disk.room = whole + 20;
    log.put('one', { s: 'y' });
    await until(() => types().includes('system.store_failed'), 'the failure to be told');
    const count = attempts(disk.inner);
    await until(() => count() > 2, 'it to be tried again');
    await log.close();
    expect([disk.inner.paths, disk.used]).toEqual([['/', path], whole]);
    expect(Object.keys(await afterCut(disk.inner))).toHaveLength(100);
  });

  it('a change that fits again is appended: nothing is written anew', async () => {
    const disk = new SmallDisk(1_000_000);
    const { log, types } = await filled(disk);
    disk.room = disk.used + 20;
    log.put('one', { s: 'y' });
    await until(() => types().length === 1, 'the failure to be told');
    log.put('two', { s: 'z' });
    log.remove('k0');
    disk.room = disk.used + 1000; // a hundredth of what writing anew takes
    await until(() => types().length === 2, 'the recovery');
    expect(types()).toEqual(['system.store_failed', 'system.store_recovered']);
    const found = await afterCut(disk.inner);
    expect(found).toMatchObject({ one: { s: 'y' }, two: { s: 'z' }, k99: {} });
    expect(Object.keys(found)).toHaveLength(101);
    await log.close();
  });

  it('a file that wastes room and cannot be written anew beside itself is appended to', async () => {
    const disk = new SmallDisk(1_000_000);
    const { log, told } = await opened(disk, { rewrite_bytes: 1000, rewrite_factor: 1.5 });
    for (const text of ['x', 'y']) {
      for (let n = 0; n < 5; n += 1) log.put(`k${n}`, { s: text.repeat(2000) });
      await until(() => disk.inner.paths.includes(path) && disk.inner.text(path).split(text.repeat(2000)).length === 6, 'the values');
    }
    disk.room = disk.used + 1500; // too little for 10,000 bytes
    for (const key of ['one', 'two']) {
      log.put(key, { s: 'z' });
      await until(() => disk.inner.text(path).includes(`"k":"${key}"`), 'the change');
    }
    expect([told, disk.inner.paths]).toEqual([[], ['/', path]]);
    await log.close();
    expect(Object.keys(await afterCut(disk.inner))).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'one', 'two']);
  });

  it('a first file that does not fit leaves nothing behind', async () => {
    const disk = new SmallDisk(300);
    const { log, types } = await opened(disk);
    for (let n = 0; n < 10; n += 1) log.put(`k${n}`, { s: 'x'.repeat(100) });
    await until(() => types().length === 1, 'the failure to be told');
    expect(disk.used).toBe(0);
    disk.room = 10_000;
    await until(() => types().length === 2, 'the recovery');
    await log.close();
    expect(Object.keys(await afterCut(disk.inner))).toHaveLength(10);
  });

  it('where what was written in part cannot be taken back, the file is written anew', async () => {
    const disk = new FakeDisk();
    const { log, types } = await opened(disk);
    log.put('a', { n: 1 });
    await until(() => disk.paths.includes(path) && log.isWritten('a'), 'the first value');
    disk.partOfWrite = 10;
    const written = disk.operations;
    disk.before = ({ name, count }: Operation) => {
      if (name === 'truncate' || (name === 'write' && count > written + 4)) throw systemError('EIO');
      if (name === 'sync') throw systemError('EIO');
      return undefined;
    };
    log.put('a', { n: 2 });
    await until(() => types().length === 1, 'the failure to be told');
    disk.before = () => undefined;
    await until(() => types().length === 2, 'the recovery');
    expect(disk.text(path).trimEnd().split('\n')).toHaveLength(1);
    expect(await afterCut(disk)).toEqual({ a: { n: 2 } });
    await log.close();
  });

  it('a failure is over once nothing is left to write', async () => {
    const disk = new SmallDisk(1_000_000);
    const { log, types } = await filled(disk);
    disk.room = disk.used;
    log.put('one', { s: 'y' });
    await until(() => types().length === 1, 'the failure to be told');
    log.remove('one');
    await until(() => types().length === 2, 'the recovery');
    await log.close();
  });
});

describe('a write that hangs', () => {
  /** @returns what lets it go on. */
  function hold(disk: FakeDisk): () => void {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.before = ({ name }) => (name === 'write' ? held : undefined);
    return () => {
      disk.before = () => undefined;
      release();
    };
  }

  it('is told after a while, once, and so is its end', async () => {
    const disk = new FakeDisk();
    const { log, told, types } = await opened(disk, { stall_ms: 30 });
    const release = hold(disk);
    log.put('a', { n: 1 });
    await until(() => told.length > 0, 'the hanging disk to be told');
    expect(told).toMatchObject([{ type: 'system.store_failed', payload: { path, operation: 'write', code: 'ETIMEDOUT', part: 'broker' } }]);
    log.put('b', { n: 1 });
    release();
    await until(() => told.length > 1, 'the recovery');
    await log.close();
    expect(types()).toEqual(['system.store_failed', 'system.store_recovered']);
    expect(await afterCut(disk)).toEqual({ a: { n: 1 }, b: { n: 1 } });
  });

  it('in a rewrite has only the keys under way that it is to write', async () => {
    const disk = new FakeDisk();
    const { log } = await opened(disk);
    const release = hold(disk);
    let begun = false;
    const { before } = disk;
    disk.before = (operation) => {
      if (operation.name === 'write') begun = true;
      return before(operation);
    };
    log.put('a', { n: 1 });
    await until(() => begun, 'the write to begin');
    expect([log.isWritten('a'), log.isWritten('never')]).toEqual([true, false]);
    for (let n = 0; n < 1000; n += 1) {
      log.put(`m${n}`, { n });
      log.remove(`m${n}`);
    }
    log.put('b', { n: 1 });
    log.remove('a');
    release();
    await until(() => log.isWritten('b') && !log.isWritten('a'), 'the change');
    await log.close();
    expect(disk.text(path)).not.toContain('"k":"m');
    expect(await afterCut(disk)).toEqual({ b: { n: 1 } });
  });
});
