/**
 * Looks at the store's folder: who may use it, how much room there is, and how long a small write takes to be on the disk.
 * For that a file is written there and removed again. A disk that hangs is given up on.
 */
import { randomUUID } from 'node:crypto';
import { open, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { FileFacts, PathFacts, StoreFacts, SyncFacts } from '../../core/doctor/facts.ts';
import { within } from '../within.ts';
import { type Files, factsOf } from './files.ts';

/** All looking together. */
const PATIENCE_MS = 900;
const LOOK_MS = 400;
const ROUNDS = 5;
const ENOUGH_MS = 400;
const BLOCK_BYTES = 4096;

/** Of statfs(2). */
const MEMORY_FILE_SYSTEMS = [0x01021994, 0x858458f6];

/** @param path absolute. */
export async function readPath(files: Files, path: string): Promise<PathFacts> {
  const chain = await within(LOOK_MS, chainOf(files.root, path));
  const found = chain ?? [];
  return { path, chain: found, exists: found.at(-1)?.path === path };
}

export async function readStore(files: Files, path: string): Promise<StoreFacts> {
  const start = performance.now();
  const folder = await readPath(files, path);
  const space = folder.exists ? await within(LOOK_MS, spaceOf(join(files.root, path))) : undefined;
  const left = PATIENCE_MS - (performance.now() - start);
  return {
    folder,
    freeBytes: space?.freeBytes ?? null,
    inMemory: space?.inMemory ?? false,
    sync: folder.exists ? await measure(join(files.root, path), left) : { kind: 'skipped', why: `there is no ${path} yet` },
    heldBy: readHolder(files, path),
  };
}

async function chainOf(root: string, path: string): Promise<FileFacts[]> {
  const chain: FileFacts[] = [];
  const above: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    above.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const at of above) {
    const stats = await ifThere(stat(join(root, at)));
    if (stats === null) break;
    chain.push(factsOf(at, stats));
  }
  return chain;
}

async function spaceOf(folder: string): Promise<{ freeBytes: number; inMemory: boolean } | undefined> {
  const space = await ifThere(statfs(folder));
  return space === null ? undefined : { freeBytes: space.bavail * space.bsize, inMemory: MEMORY_FILE_SYSTEMS.includes(space.type) };
}

async function measure(folder: string, patienceMs: number): Promise<SyncFacts> {
  const path = join(folder, `.doctor-${randomUUID()}`);
  const sync = await within(patienceMs, syncs(path));
  if (sync !== undefined) return sync;
  void ifThere(unlink(path)); // whenever the disk comes back
  return { kind: 'late', waitedMs: Math.round(patienceMs) };
}

async function syncs(path: string): Promise<SyncFacts> {
  const file = await ifThere(open(path, 'wx', 0o600));
  if (file === null) return { kind: 'skipped', why: 'the store cannot be written by the user that asks' };
  const times: number[] = [];
  const start = performance.now();
  try {
    while (times.length < ROUNDS && performance.now() - start < ENOUGH_MS) {
      const before = performance.now();
      await file.write(Buffer.alloc(BLOCK_BYTES, times.length));
      await file.datasync();
      times.push(performance.now() - before);
    }
  } catch (cause) {
    if (!(cause instanceof Error) || errorCode(cause) === null) throw cause;
    return { kind: 'skipped', why: `a write failed: ${cause.message}` };
  } finally {
    await ifThere(file.close());
    await ifThere(unlink(path));
  }
  return { kind: 'measured', worstMs: Math.max(...times), rounds: times.length };
}

/** A lock of another boot, or of a process that is gone, is nobody's. */
function readHolder(files: Files, path: string): number | null {
  const text = files.text(`${path}/lock`);
  const [, pid, start] = /"pid":(\d+),"start":(?:"([^"]*)"|null)/.exec(text ?? '') ?? [];
  if (pid === undefined || !files.has(`proc/${pid}`)) return null;
  const boot = files.text('proc/sys/kernel/random/boot_id')?.trim();
  return start !== undefined && boot !== undefined && !start.startsWith(`${boot}:`) ? null : Number(pid);
}

async function ifThere<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return null;
  }
}
