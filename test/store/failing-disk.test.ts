/** The store on a disk that is full, fails, hangs or is read-only: it answers at once, keeps what it can, and catches up. */
import { describe, expect, it } from 'vitest';
import { FakeDisk, type Operation, systemError } from './support/fake-disk.ts';
import { eventAt, idOf, recordAt, snapshotAt } from './support/records.ts';
import { alone, commitEach, makeStore, newestSeq, tiny, until } from './support/stores.ts';

const hasty = { retry_first_ms: 5, retry_longest_ms: 20, stall_ms: 60, commit_ms: 200, close_ms: 60, open_ms: 60 };

function failing(code: string, when: (operation: Operation) => boolean) {
  return (operation: Operation) => {
    if (when(operation)) throw systemError(code);
    return undefined;
  };
}

const changing = (name: string) => !['read', 'list', 'open read', 'size', 'fstat', 'close'].includes(name);

async function restart(disk: FakeDisk) {
  disk.before = () => undefined;
  const { store } = makeStore({ files: disk.afterPowerCut(() => 0) });
  return { store, restored: await store.open() };
}

describe('a disk that fails while the daemon runs', () => {
  it.each(['ENOSPC', 'EIO', 'EROFS'])('answers that it is not durable (%s), and catches up by itself', async (code) => {
    const disk = new FakeDisk();
    const { store, told, codes } = makeStore({ files: disk, limits: hasty });
    await store.open();
    expect(await commitEach(store, 1, 3)).toBe(true);
    await until(() => disk.paths.includes('/data/state.json'));
    disk.partOfWrite = 700;
    // The first write takes a part, and what follows fails.
    disk.before = failing(code, ({ name }) => name === 'write' && disk.partOfWrite === null);
    expect(await commitEach(store, 4, 6)).toBe(false);
    expect(await store.read(0, 6, 10)).toEqual({ events: [1, 2, 3, 4, 5, 6].map(eventAt), reaches: true });
    expect(await store.findSeq(idOf(5))).toBe(5);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      type: 'system.store_failed',
      payload: { path: '/data', operation: 'write', code, cure: expect.any(String) },
    });
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ type: 'system.store_recovered', payload: { written: 3, dropped: 0 } });
    expect(await commitEach(store, 7, 8)).toBe(true);
    const { restored } = await restart(disk);
    expect([restored.snapshot?.seq ?? 0, newestSeq(restored)]).toEqual([1, 8]);
    expect(restored.records).toEqual([2, 3, 4, 5, 6, 7, 8].map((seq) => recordAt(seq)));
    expect(codes('system.store_damaged')).toEqual([]);
  });

  it('loses nothing that was told durable whichever operation fails, and ends well once the disk is', async () => {
    for (const code of ['ENOSPC', 'EIO']) {
      for (let at = 0; at < 130; at += 1) {
        const disk = new FakeDisk();
        disk.before = failing(code, ({ count, name }) => count >= at && count < at + 3 && changing(name));
        // Long enough for a busy machine: here the disk fails, and time does not run out.
        const { store, codes } = makeStore({ files: disk, limits: { ...tiny, ...hasty, open_ms: 5000, close_ms: 5000 } });
        await store.open();
        let durable = 0;
        for (let seq = 1; seq <= 20; seq += 1) if (await commitEach(store, seq, seq)) durable = seq;
        expect((await store.read(0, 20, 100)).events).toHaveLength(20);
        const early = await restart(disk);
        expect(newestSeq(early.restored)).toBeGreaterThanOrEqual(durable);
        expect(codes('system.store_damaged')).toEqual([]);
        await store.close(() => snapshotAt(20));
        expect(newestSeq((await restart(disk)).restored)).toBe(20);
      }
    }
  });

  it('keeps a bounded number of records, and tells the gap that dropping makes', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: { ...hasty, backlog_records: 5, recent_events: 2 } });
    await store.open();
    await commitEach(store, 1, 3);
    await until(() => disk.paths.includes('/data/state.json'));
    disk.before = failing('EIO', ({ name }) => changing(name));
    expect(await commitEach(store, 4, 20)).toBe(false);
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ type: 'system.store_recovered', payload: { written: 5, dropped: 12 } });
    const { store: again, restored } = await restart(disk);
    expect(restored).toEqual({ snapshot: snapshotAt(20), records: [] });
    expect((await again.read(3, 20, 100)).reaches).toBe(false);
    expect(await again.read(15, 20, 100)).toEqual({ events: [16, 17, 18, 19, 20].map(eventAt), reaches: true });
  });

  it('that fails in the middle of a group larger than its bounds tells what it dropped, and not that it is durable', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: { ...hasty, backlog_records: 5, write_bytes: 3000 } });
    await store.open();
    await commitEach(store, 1, 3);
    await until(() => disk.paths.includes('/data/state.json'));
    let syncs = 0;
    disk.before = ({ name, path }) => {
      if (name !== 'sync' || !path.endsWith('.jsonl')) return undefined;
      syncs += 1;
      if (syncs >= 3) throw systemError('EIO');
      return undefined;
    };
    const group = Array.from({ length: 30 }, (_, index) => recordAt(4 + index));
    expect(await store.commit(group, () => snapshotAt(33))).toEqual({ durable: false });
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ type: 'system.store_recovered', payload: { written: 5 } });
    expect(told[1]?.payload['dropped']).toBeGreaterThan(10);
    expect((await restart(disk)).restored).toEqual({ snapshot: snapshotAt(33), records: [] });
  });

  it('that is slow is not taken for one that hangs: every part of a large group has its own time', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: { ...hasty, write_bytes: 1000, commit_ms: 2000 } });
    await store.open();
    await commitEach(store, 1, 1);
    disk.before = ({ name, path }) =>
      name === 'sync' && path.endsWith('.jsonl') ? new Promise((resolve) => setTimeout(resolve, 20)) : undefined;
    const group = Array.from({ length: 10 }, (_, index) => recordAt(2 + index));
    expect(await store.commit(group, () => snapshotAt(11))).toEqual({ durable: true });
    expect(told).toEqual([]);
    expect(newestSeq((await restart(disk)).restored)).toBe(11);
  });

  it('that is so slow that a group takes too long as a whole lets it go on aside', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: { ...hasty, write_bytes: 1000, commit_ms: 100 } });
    await store.open();
    await commitEach(store, 1, 1);
    disk.before = ({ name, path }) =>
      name === 'sync' && path.endsWith('.jsonl') ? new Promise((resolve) => setTimeout(resolve, 30)) : undefined;
    const group = Array.from({ length: 10 }, (_, index) => recordAt(2 + index));
    expect(await store.commit(group, () => snapshotAt(11))).toEqual({ durable: false });
    await until(() => told.length === 2);
    expect(told.map(({ type, payload }) => [type, payload['code'] ?? payload['dropped']])).toEqual([
      ['system.store_failed', 'ETIMEDOUT'],
      ['system.store_recovered', 0],
    ]);
    expect(newestSeq((await restart(disk)).restored)).toBe(11);
  });

  it('answers while a write hangs, starts no other, and goes on when it settles', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: hasty });
    await store.open();
    await commitEach(store, 1, 2);
    await until(() => disk.paths.includes('/data/state.json'));
    let release = () => {};
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    let writes = 0;
    disk.before = ({ name }) => {
      if (name !== 'write') return undefined;
      writes += 1;
      return hung;
    };
    expect(await commitEach(store, 3, 3)).toBe(false);
    expect(await commitEach(store, 4, 6)).toBe(false);
    expect([writes, told[0]?.payload['code']]).toEqual([1, 'ETIMEDOUT']);
    release();
    await until(() => told.length === 2);
    expect(told[1]?.payload).toMatchObject({ dropped: 0 });
    expect(await commitEach(store, 7, 7)).toBe(true);
    expect(newestSeq((await restart(disk)).restored)).toBe(7);
  });

  it('closes in a bounded time while a write hangs', async () => {
    const disk = new FakeDisk();
    const { store, codes } = makeStore({ files: disk, limits: hasty });
    await store.open();
    await commitEach(store, 1, 2);
    disk.before = () => new Promise(() => {});
    await store.close(() => snapshotAt(2));
    expect(codes('system.store_failed')).toEqual(['ETIMEDOUT']);
  });

  it('leaves the rest of a stop its time, by default', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk });
    await store.open();
    await commitEach(store, 1, 2);
    disk.before = () => new Promise(() => {});
    const before = performance.now();
    await store.close(() => snapshotAt(2));
    expect(performance.now() - before).toBeLessThan(1800);
    expect(told.at(-1)).toMatchObject({ payload: { operation: 'close', code: 'ETIMEDOUT', message: expect.stringContaining('1500 ms') } });
  });

  it('goes on with its journal where only the snapshot cannot be written', async () => {
    const disk = new FakeDisk();
    const { store, told } = makeStore({ files: disk, limits: { ...tiny, ...hasty } });
    await store.open();
    disk.before = failing('ENOSPC', ({ path }) => path.includes('state.json'));
    expect(await commitEach(store, 1, 20)).toBe(true);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ type: 'system.store_failed', payload: { operation: 'snapshot', code: 'ENOSPC' } });
    expect((await restart(disk)).restored.records).toHaveLength(20);
  });
});

describe('a disk that fails at the start', () => {
  it('gives what can be read of a read-only store, and writes to it once it can', async () => {
    const disk = new FakeDisk();
    const first = makeStore({ files: disk });
    await first.store.open();
    await commitEach(first.store, 1, 4);
    await first.store.close(() => snapshotAt(4));
    disk.before = failing('EROFS', ({ name }) => changing(name));
    const { store, told } = makeStore({ files: disk, limits: hasty });
    expect((await store.open()).snapshot).toEqual(snapshotAt(4));
    expect(told[0]).toMatchObject({ type: 'system.store_failed', payload: { operation: 'open', code: 'EROFS' } });
    expect(await commitEach(store, 5, 6)).toBe(false);
    disk.before = () => undefined;
    await until(() => told.length === 2);
    expect(told[1]?.type).toBe('system.store_recovered');
    expect(await commitEach(store, 7, 7)).toBe(true);
    expect(newestSeq((await restart(disk)).restored)).toBe(7);
  });

  /** A store with a snapshot and records behind it. */
  async function full(): Promise<FakeDisk> {
    const disk = new FakeDisk();
    const { store } = makeStore({ files: disk });
    await store.open();
    await commitEach(store, 1, 4);
    await store.close(() => snapshotAt(4));
    const { store: second } = makeStore({ files: disk });
    await second.open();
    await commitEach(second, 5, 6);
    return disk.afterPowerCut(() => 0);
  }

  it.each([
    { what: 'the folder', hangs: ({ name, path }: Operation) => name === 'makeFolder' && path.startsWith('/data') },
    { what: 'the lock', hangs: ({ name, path }: Operation) => name === 'open read' && path === '/data/lock' },
    { what: 'the snapshot', hangs: ({ name, path }: Operation) => name === 'read' && path === '/data/state.json' },
    { what: 'the list of the journal', hangs: ({ name, path }: Operation) => name === 'list' && path === '/data/journal' },
    { what: 'the journal', hangs: ({ name, path }: Operation) => name === 'read' && path.endsWith('.jsonl') },
  ])('is not waited for where reading $what hangs, and nothing is written over what was not read', async ({ hangs }) => {
    const disk = await full();
    let release = () => {};
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.before = (operation) => (hangs(operation) ? hung : undefined);
    const { store, told } = makeStore({ files: disk, limits: hasty });
    expect(await store.open()).toEqual({ snapshot: null, records: [] });
    const [failed] = told;
    expect(told).toHaveLength(1);
    expect(failed).toMatchObject({ type: 'system.store_failed', payload: { operation: 'open', code: 'ETIMEDOUT' } });
    expect(failed?.payload['cure']).toContain('restart the daemon');
    expect(await commitEach(store, 1, 2)).toBe(false);
    expect(await store.read(0, 2, 10)).toEqual({ events: [1, 2].map(eventAt), reaches: true });
    release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await commitEach(store, 3, 3)).toBe(false);
    await store.close(() => snapshotAt(3));
    expect(disk.paths.filter((path) => path.includes('damaged'))).toEqual([]);
    const { restored } = await restart(disk);
    expect([restored.snapshot?.seq, newestSeq(restored)]).toEqual([4, 6]);
  });

  it('is waited for while it answers, however much there is to read', async () => {
    const disk = await full();
    disk.before = ({ name }) => (name === 'read' ? new Promise((resolve) => setTimeout(resolve, 25)) : undefined);
    const { store, told } = makeStore({ files: disk, limits: hasty });
    expect(newestSeq(await store.open())).toBe(6);
    disk.before = () => undefined;
    expect(await commitEach(store, 7, 7)).toBe(true);
    expect(told).toEqual([]);
  });

  it('leaves a store alone that another daemon has changed meanwhile', async () => {
    const disk = new FakeDisk();
    disk.before = failing('ENOSPC', ({ name }) => changing(name));
    const { store, told } = makeStore({ files: disk, limits: { ...hasty, retry_first_ms: 30 } });
    await store.open();
    expect(await commitEach(store, 1, 2)).toBe(false);
    disk.before = () => undefined;
    const other = makeStore({ files: disk, processes: { ...alone, self: { pid: 99, start: 'boot:2' } } });
    await other.store.open();
    await commitEach(other.store, 1, 9);
    await other.store.close(() => snapshotAt(9));
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ type: 'system.store_failed', payload: { code: 'changed' } });
    expect(await commitEach(store, 3, 3)).toBe(false);
    await store.close(() => snapshotAt(3));
    expect((await restart(disk)).restored.snapshot).toEqual(snapshotAt(9));
  });
});
