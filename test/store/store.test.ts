/** The store on a real disk that behaves: what goes in comes out again. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/store/file-system.ts';
import { nodeFileSystem } from '../../src/store/node-file-system.ts';
import { copyOf, temporaryFolder } from './support/folders.ts';
import { answerAt, answerOnly, eventAt, idOf, recordAt, snapshotAt } from './support/records.ts';
import { commitEach, makeStore, newestSeq, tiny } from './support/stores.ts';

/** The real disk, mounted read-only: root minds that too, unlike a folder's mode. */
const refuse = () => Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }));
const readOnly: FileSystem = {
  ...nodeFileSystem,
  makeFolder: (path) => (existsSync(path) ? Promise.resolve(null) : refuse()),
  open: (path, mode) => (mode === 'read' ? nodeFileSystem.open(path, mode) : refuse()),
  rename: refuse,
  remove: refuse,
};

const quick = { segment_bytes: 20_000, snapshot_growth_bytes: 25_000, recent_events: 4 };

describe('a store', () => {
  it('starts empty in a folder that it makes for its user alone', async () => {
    const path = join(temporaryFolder(), 'deep', 'data');
    const { store, told } = makeStore({ path });
    expect(await store.open()).toEqual({ snapshot: null, records: [] });
    expect(await store.read(0, 10, 10)).toEqual({ events: [], reaches: true });
    await store.close(() => snapshotAt(0));
    expect([statSync(path).mode & 0o777, readdirSync(path)]).toEqual([0o700, ['journal']]);
    expect(told).toEqual([]);
  });

  it('gives back what was committed, answers without events included, after a stop without warning', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path });
    await first.store.open();
    const records = [recordAt(1), answerOnly(1, 'A'), recordAt(2, 3), answerOnly(4, 'B'), answerOnly(4, 'C')];
    for (const record of records) expect(await first.store.commit([record], () => snapshotAt(999))).toEqual({ durable: true });
    const second = makeStore({ path: copyOf(path) });
    expect(await second.store.open()).toEqual({ snapshot: null, records });
    expect(second.told).toEqual([]);
    expect(await second.store.read(1, 4, 100)).toEqual({ events: [eventAt(2), eventAt(3), eventAt(4)], reaches: true });
  });

  it('starts from the snapshot alone after it was closed', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path });
    await first.store.open();
    await commitEach(first.store, 1, 5);
    await first.store.close(() => snapshotAt(5));
    const second = makeStore({ path });
    expect(await second.store.open()).toEqual({ snapshot: snapshotAt(5), records: [] });
    expect(await second.store.read(2, 5, 2)).toEqual({ events: [eventAt(3), eventAt(4)], reaches: true });
    expect([await second.store.findSeq(idOf(4)), await second.store.findSeq(idOf(6))]).toEqual([4, null]);
  });

  it('writes nothing when nothing changed', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path });
    await first.store.open();
    await commitEach(first.store, 1, 3);
    await first.store.close(() => snapshotAt(3));
    const before = statSync(join(path, 'state.json')).mtimeMs;
    const second = makeStore({ path });
    await second.store.open();
    await second.store.close(() => snapshotAt(3));
    expect(statSync(join(path, 'state.json')).mtimeMs).toBe(before);
    expect(statSync(join(path, 'state.json')).mode & 0o777).toBe(0o600);
  });

  it('rotates, finds and reads across segments, page by page', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: quick });
    await store.open();
    await commitEach(store, 1, 100);
    expect(readdirSync(join(path, 'journal')).length).toBeGreaterThan(4);
    const seqs: number[] = [];
    for (let after = 0; after < 100; after = seqs.at(-1) ?? 100) {
      const page = await store.read(after, 100, 7);
      expect(page.reaches).toBe(true);
      seqs.push(...page.events.map(({ seq }) => seq));
    }
    expect(seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(await Promise.all([1, 50, 99, 100].map((seq) => store.findSeq(idOf(seq))))).toEqual([1, 50, 99, 100]);
    await store.close(() => snapshotAt(100));
  });

  it('orders records without events against the snapshot, through segments that begin at the same seq', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path, limits: tiny });
    await first.store.open();
    await commitEach(first.store, 1, 1);
    const names = Array.from({ length: 120 }, (_, index) => `A${index}`);
    // No snapshot fits: it says another seq.
    for (const name of names) await first.store.commit([answerOnly(1, name)], () => snapshotAt(7));
    const begins = readdirSync(join(path, 'journal')).map((name) => name.slice(0, 16));
    expect(begins.length).toBeGreaterThan(new Set(begins).size);
    const { records, snapshot } = await makeStore({ path: copyOf(path), limits: tiny }).store.open();
    expect(snapshot).toEqual(snapshotAt(1));
    expect(records.map(({ answer }) => answer?.request_id)).toEqual(names);
  });

  it('keeps as much history as it was told to, and says where older events are gone', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: tiny, history: 20 });
    await store.open();
    await commitEach(store, 1, 200);
    await store.close(() => snapshotAt(200));
    const again = makeStore({ path, limits: tiny, history: 20 }).store;
    await again.open();
    expect((await again.read(180, 200, 100)).reaches).toBe(true);
    const old = await again.read(0, 200, 1000);
    expect(old.reaches).toBe(false);
    expect(old.events.length).toBeLessThan(60);
    expect(old.events.at(-1)).toEqual(eventAt(200));
    expect((await again.read(10, 20, 1000)).reaches).toBe(false);
  });

  it('does not let records without events fill the disk', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: tiny, history: 1000 });
    await store.open();
    await commitEach(store, 1, 1);
    for (let index = 0; index < 400; index += 1) await store.commit([answerOnly(1, `A${index}`)], () => snapshotAt(1));
    await store.close(() => snapshotAt(1));
    expect(readdirSync(join(path, 'journal')).length).toBeLessThan(10);
  });

  it('keeps what the previous snapshot needs, so that losing the newest costs nothing', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: tiny, history: 1 });
    await store.open();
    for (let to = 10; to <= 100; to += 10) {
      await commitEach(store, to - 9, to);
      const copy = copyOf(path);
      rmSync(join(copy, 'state.json'), { force: true });
      const restored = await makeStore({ path: copy, limits: tiny }).store.open();
      const base = restored.snapshot?.seq ?? 0;
      expect(newestSeq(restored)).toBe(to);
      expect(restored.records.map(({ seq }) => seq)).toEqual(Array.from({ length: to - base }, (_, index) => base + 1 + index));
    }
  });

  it('replays from empty where both snapshots are lost', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: quick });
    await store.open();
    await commitEach(store, 1, 60);
    await store.close(() => snapshotAt(60));
    for (const name of ['state.json', 'state.previous.json']) writeFileSync(join(path, name), 'broken');
    const again = makeStore({ path, limits: quick });
    const restored = await again.store.open();
    expect([restored.snapshot, restored.records.length]).toEqual([null, 60]);
    expect(again.codes('system.store_damaged')).toEqual(['snapshot', 'snapshot']);
    expect(readdirSync(path)).toContain('state.json.damaged-1');
    await again.store.close(() => snapshotAt(60));
    expect((await makeStore({ path, limits: quick }).store.open()).snapshot).toEqual(snapshotAt(60));
  });

  it('keeps at most three damaged snapshots', async () => {
    const path = temporaryFolder();
    for (let round = 1; round <= 5; round += 1) {
      writeFileSync(join(path, 'state.json'), 'broken');
      const { store } = makeStore({ path });
      await store.open();
      await store.close(() => snapshotAt(0));
    }
    expect(readdirSync(path).filter((name) => name.includes('damaged'))).toHaveLength(3);
  });

  it('writes a group that is larger than what may wait for a failing disk', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path, limits: { backlog_records: 10, backlog_bytes: 8000, write_bytes: 3000, recent_events: 4 } });
    await first.store.open();
    const records = Array.from({ length: 50 }, (_, index) => recordAt(index + 1));
    expect(await first.store.commit(records, () => snapshotAt(999))).toEqual({ durable: true });
    expect(first.told).toEqual([]);
    expect((await first.store.read(0, 50, 100)).reaches).toBe(true);
    const second = makeStore({ path: copyOf(path) });
    expect(await second.store.open()).toEqual({ snapshot: null, records });
  });

  it('writes a large snapshot in small pieces, between which others have their turn', async () => {
    const path = temporaryFolder();
    const writes: number[] = [];
    const files: FileSystem = {
      ...nodeFileSystem,
      async open(name, mode) {
        const file = await nodeFileSystem.open(name, mode);
        return {
          read: (into, position) => file.read(into, position),
          write: (bytes, position) => {
            writes.push(bytes.length);
            return file.write(bytes, position);
          },
          truncate: (length) => file.truncate(length),
          size: () => file.size(),
          sync: () => file.sync(),
          close: () => file.close(),
        };
      },
    };
    const { store } = makeStore({ path, files });
    await store.open();
    await commitEach(store, 1, 1);
    const answers = Array.from({ length: 5000 }, (_, index) => answerAt(index + 1));
    await commitEach(store, 2, 2);
    await store.close(() => ({ ...snapshotAt(2), answers }));
    expect(writes.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(900_000);
    expect(Math.max(...writes)).toBeLessThan(100_000);
    expect((await makeStore({ path }).store.open()).snapshot).toEqual({ ...snapshotAt(2), answers });
  });

  it('is not used by two daemons at once', async () => {
    const path = temporaryFolder();
    const processes = { self: { pid: 7, start: 'a' }, isAlive: () => true };
    const first = makeStore({ path, processes });
    await first.store.open();
    await commitEach(first.store, 1, 2);
    const second = makeStore({ path, processes });
    expect(await second.store.open()).toEqual({ snapshot: null, records: [] });
    expect(second.codes('system.store_failed')).toEqual(['locked']);
    expect(await commitEach(second.store, 1, 3)).toBe(false);
    expect((await second.store.read(0, 3, 10)).events).toHaveLength(3);
    await second.store.close(() => snapshotAt(3));
    expect(await commitEach(first.store, 3, 4)).toBe(true);
    await first.store.close(() => snapshotAt(4));
    expect(existsSync(join(path, 'lock'))).toBe(false);
    expect((await makeStore({ path }).store.open()).snapshot).toEqual(snapshotAt(4));
  });

  it('takes over the lock of a process that is gone, and of one that was another under the same number', async () => {
    const path = temporaryFolder();
    for (const left of [{ pid: process.pid, start: 'another-boot:1' }, { pid: 2 ** 22 + 1, start: null }, 'half written']) {
      writeFileSync(join(path, 'lock'), JSON.stringify(left));
      const { nodeProcesses } = await import('../../src/store/processes.ts');
      const { store, told } = makeStore({ path, processes: nodeProcesses });
      await store.open();
      expect(told).toEqual([]);
      await store.close(() => snapshotAt(0));
    }
  });

  it('leaves the store of a newer version alone', async () => {
    const path = temporaryFolder();
    const text = JSON.stringify({ format: 2, whatever: true, crc: '00000000' });
    writeFileSync(join(path, 'state.json'), text);
    const { store, codes } = makeStore({ path });
    expect(await store.open()).toEqual({ snapshot: null, records: [] });
    expect(codes('system.store_failed')).toEqual(['newer_format']);
    expect(await commitEach(store, 1, 2)).toBe(false);
    await store.close(() => snapshotAt(2));
    expect(readFileSync(join(path, 'state.json'), 'utf8')).toBe(text);
    expect(readdirSync(join(path, 'journal'))).toEqual([]);
  });

  it('runs from memory where the path is a file', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    const { store, told } = makeStore({ path });
    expect(await store.open()).toEqual({ snapshot: null, records: [] });
    expect(await commitEach(store, 1, 3)).toBe(false);
    expect(told[0]?.payload).toMatchObject({ path, operation: 'open', code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) });
    await store.close(() => snapshotAt(3));
  });

  it('runs from memory, with what it can read, where nothing can be written', async () => {
    const path = temporaryFolder();
    const first = makeStore({ path });
    await first.store.open();
    await commitEach(first.store, 1, 3);
    await first.store.close(() => snapshotAt(3));
    const { store, codes } = makeStore({ path, files: readOnly });
    expect((await store.open()).snapshot).toEqual(snapshotAt(3));
    expect(await commitEach(store, 4, 5)).toBe(false);
    expect(codes('system.store_failed')).toEqual(['EROFS']);
  });

  it('writes a snapshot that a person can read', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path });
    await store.open();
    await commitEach(store, 1, 2);
    await store.close(() => ({ ...snapshotAt(2), answers: [answerAt(1), answerAt(2)] }));
    const text = readFileSync(join(path, 'state.json'), 'utf8');
    expect(text).toContain('\n  "zones": {\n    "floor": {\n      "state": "OFF",');
    // An editor that only indents anew does no harm.
    writeFileSync(join(path, 'state.json'), JSON.stringify(JSON.parse(text), null, 4));
    const again = makeStore({ path });
    expect((await again.store.open()).snapshot?.answers).toEqual([answerAt(1), answerAt(2)]);
    expect(again.told).toEqual([]);
  });
});
