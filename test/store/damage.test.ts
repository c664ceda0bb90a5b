/** The store on real files that somebody cut or flipped bits in: it always opens, loses only what is damaged, and says where. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf, temporaryFolder } from './support/folders.ts';
import { eventAt, recordAt, snapshotAt } from './support/records.ts';
import { commitEach, makeStore, newestSeq, tiny } from './support/stores.ts';

const COUNT = 12;

/** A journal of one segment and no snapshot. */
async function oneSegment(): Promise<{ path: string; file: string; bytes: Buffer }> {
  const path = temporaryFolder();
  const { store } = makeStore({ path });
  await store.open();
  for (let seq = 1; seq <= COUNT; seq += 1) await store.commit([recordAt(seq)], () => snapshotAt(999));
  const [name = ''] = readdirSync(join(path, 'journal'));
  const file = join('journal', name);
  const copy = copyOf(path);
  return { path: copy, file, bytes: readFileSync(join(copy, file)) };
}

function lineOf(bytes: Buffer, offset: number): number {
  return bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
}

describe('a damaged journal', () => {
  it('loses only the last record, wherever in it the file is cut', async () => {
    const { path, file, bytes } = await oneSegment();
    const start = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let cut = start; cut < bytes.length; cut += cut < bytes.length - 20 ? 17 : 1) {
      writeFileSync(join(path, file), bytes.subarray(0, cut));
      const first = makeStore({ path });
      const newest = newestSeq(await first.store.open());
      // Without its newline alone the record is whole.
      expect(newest).toBe(cut === bytes.length - 1 ? COUNT : COUNT - 1);
      expect(first.told.map(({ payload }) => payload['line'])).toEqual(cut === start || newest === COUNT ? [] : [COUNT]);
      for (const seq of [newest + 1, newest + 2]) await first.store.commit([recordAt(seq)], () => snapshotAt(999));
      const again = makeStore({ path: copyOf(path) });
      const { records } = await again.store.open();
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: newest + 2 }, (_, index) => index + 1));
      expect(again.told).toEqual([]);
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
      mkdirSync(join(path, 'journal'));
    }
  });

  it('leaves nothing of a torn record behind the shorter one that follows it', async () => {
    const { path, file, bytes } = await oneSegment();
    const long = makeStore({ path });
    await long.store.open();
    await long.store.commit([recordAt(COUNT + 1, 10)], () => snapshotAt(999));
    const torn = copyOf(path);
    truncateSync(join(torn, file), readFileSync(join(torn, file)).length - 10);
    const again = makeStore({ path: torn });
    expect(newestSeq(await again.store.open())).toBe(COUNT);
    expect(again.told[0]?.payload).toMatchObject({ code: 'torn_tail', line: COUNT + 1, offset: bytes.length });
    await again.store.commit([recordAt(COUNT + 1)], () => snapshotAt(999));
    const third = makeStore({ path: copyOf(torn) });
    expect((await third.store.open()).records.at(-1)).toEqual(recordAt(COUNT + 1));
    expect(third.told).toEqual([]);
  });

  it('keeps every other record when any one bit is flipped, and names the file and line', async () => {
    const { path, file, bytes } = await oneSegment();
    const flip = fc.tuple(fc.nat(bytes.length - 1), fc.nat(7));
    const newlines = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([offset]): [[number, number]] => [[offset, 3]]);
    await fc.assert(
      fc.asyncProperty(flip, async ([offset, bit]) => {
        const flipped = Buffer.from(bytes);
        flipped[offset] = (flipped[offset] ?? 0) ^ (1 << bit);
        writeFileSync(join(path, file), flipped);
        const { store, told } = makeStore({ path });
        const { records } = await store.open();
        const line = lineOf(bytes, offset);
        const others = Array.from({ length: COUNT }, (_, index) => index + 1).filter((seq) => seq !== line);
        const seqs = records.map(({ seq }) => seq).filter((seq) => seq !== line);
        expect(seqs).toEqual(others);
        for (const record of records) expect(record).toEqual(recordAt(record.seq));
        const place = told.find(({ type }) => type === 'system.store_damaged')?.payload;
        expect(place).toMatchObject({ path: join(path, file), line, cure: expect.any(String) });
        const page = await store.read(0, COUNT, 100);
        expect(page.reaches).toBe(records.length === COUNT || line === COUNT);
        await store.close(() => snapshotAt(0));
        for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
        mkdirSync(join(path, 'journal'));
      }),
      { numRuns: 150, examples: newlines },
    );
  });

  it('tells a gap in a page that is read from a damaged older segment', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: tiny });
    await store.open();
    await commitEach(store, 1, 30);
    await store.close(() => snapshotAt(30));
    const [name = ''] = readdirSync(join(path, 'journal')).sort();
    const bytes = readFileSync(join(path, 'journal', name));
    bytes[300] = (bytes[300] ?? 0) ^ 1;
    writeFileSync(join(path, 'journal', name), bytes);
    const again = makeStore({ path, limits: tiny });
    expect(newestSeq(await again.store.open())).toBe(30);
    expect(again.told).toEqual([]);
    const page = await again.store.read(0, 30, 10);
    expect([page.reaches, page.events[0]]).toEqual([false, eventAt(2)]);
    await again.store.read(0, 30, 10);
    expect(again.told.map(({ payload }) => payload)).toMatchObject([{ path: join(path, 'journal', name), line: 1, offset: 0 }]);
    expect((await again.store.read(1, 30, 10)).reaches).toBe(true);
  });

  it('moves a segment aside of which nothing can be read', async () => {
    const path = temporaryFolder();
    const { store } = makeStore({ path, limits: tiny });
    await store.open();
    for (let seq = 1; seq <= 12; seq += 1) await store.commit([recordAt(seq)], () => snapshotAt(999));
    const copy = copyOf(path);
    const [first = '', second = ''] = readdirSync(join(copy, 'journal')).sort();
    writeFileSync(join(copy, 'journal', first), Buffer.alloc(5000, 'x'));
    rmSync(join(copy, 'journal', second));
    mkdirSync(join(copy, 'journal', second));
    const again = makeStore({ path: copy, limits: tiny });
    const { records } = await again.store.open();
    expect(records.at(-1)?.seq).toBe(12);
    expect(readdirSync(join(copy, 'journal'))).toEqual(expect.arrayContaining([`${first}.damaged-1`, `${second}.damaged-1`]));
    expect(again.codes('system.store_damaged').filter((code) => code === 'segment')).toHaveLength(2);
    expect((await again.store.read(0, 12, 100)).reaches).toBe(false);
  });
});

describe('a damaged snapshot', () => {
  it('gives way to the one before it and the journal, whichever bit is flipped', async () => {
    const source = temporaryFolder();
    const { store } = makeStore({ path: source, limits: tiny });
    await store.open();
    await commitEach(store, 1, 20);
    await store.close(() => snapshotAt(20));
    const bytes = readFileSync(join(source, 'state.json'));
    const path = copyOf(source);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (offset, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[offset] = (flipped[offset] ?? 0) ^ (1 << bit);
        writeFileSync(join(path, 'state.json'), flipped);
        const again = makeStore({ path, limits: tiny });
        const restored = await again.store.open();
        expect(newestSeq(restored)).toBe(20);
        // A flip in the blanks between the fields harms nothing.
        if (again.told.length === 0) expect(restored.snapshot).toEqual(snapshotAt(20));
        else expect(again.told[0]).toMatchObject({ type: 'system.store_damaged', payload: { path: join(path, 'state.json') } });
        for (const name of readdirSync(path)) if (name.includes('damaged') || name === 'lock') rmSync(join(path, name));
      }),
      { numRuns: 150, examples: [[bytes.indexOf('1', bytes.indexOf('"format"')), 1]] },
    );
  });

  it('that was cut short, or is no file, or is missing, keeps nothing from starting', async () => {
    const source = temporaryFolder();
    const { store } = makeStore({ path: source, limits: tiny });
    await store.open();
    await commitEach(store, 1, 20);
    await store.close(() => snapshotAt(20));
    const harms: ((file: string) => void)[] = [
      (file) => truncateSync(file, 100),
      (file) => truncateSync(file, 0),
      (file) => rmSync(file),
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
      (file) => renameSync(file, `${file}.new`),
    ];
    for (const harm of harms) {
      const path = copyOf(source);
      harm(join(path, 'state.json'));
      const again = makeStore({ path, limits: tiny });
      expect(newestSeq(await again.store.open())).toBe(20);
      await commitEach(again.store, 21, 22);
      await again.store.close(() => snapshotAt(22));
      expect((await makeStore({ path, limits: tiny }).store.open()).snapshot).toEqual(snapshotAt(22));
    }
  });
});
