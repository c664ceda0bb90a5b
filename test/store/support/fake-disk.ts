/**
 * A disk in memory that keeps apart what is written and what is durable, and whose power can be cut: content that was
 * not synced is then lost or torn at any byte, names that were not synced go in the order they came. Any operation can
 * be made to fail or to hang.
 */
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FileSystem, OpenFile, OpenMode } from '../../../src/store/file-system.ts';

interface Inode {
  written: Buffer;
  durable: Buffer;
}

export interface Operation {
  readonly name: string;
  readonly path: string;
  /** Operations before this one. */
  readonly count: number;
}

/** A change of a name that no folder sync has made durable yet. */
interface NameChange {
  readonly folder: string;
  apply(names: Map<string, Inode | 'folder'>): void;
}

/** Numbers from 0 to below 1. */
export type Chance = () => number;

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made to fail`), { code });
}

export class FakeDisk implements FileSystem {
  #names: Map<string, Inode | 'folder'>;
  #durableNames: Map<string, Inode | 'folder'>;
  #changes: NameChange[] = [];
  #operations = 0;
  /** Throws to make the operation fail, returns a promise to make it wait. */
  before: (operation: Operation) => Promise<void> | undefined = () => undefined;
  /** Most bytes that the next write takes; `null` lets it take all. */
  partOfWrite: number | null = null;

  constructor(names: Iterable<readonly [string, Inode | 'folder']> = [['/', 'folder']]) {
    this.#names = new Map(names);
    this.#durableNames = new Map(this.#names);
  }

  get operations(): number {
    return this.#operations;
  }

  get paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  text(path: string): string {
    return this.#file(path).written.toString('utf8');
  }

  /** The disk as the next start finds it. */
  afterPowerCut(chance: Chance): FakeDisk {
    const names = new Map(this.#durableNames);
    const kept = Math.floor(chance() * (this.#changes.length + 1));
    for (const change of this.#changes.slice(0, kept)) change.apply(names);
    for (const path of [...names.keys()].sort()) if (!names.has(dirname(path))) names.delete(path);
    const content = new Map<Inode, Inode>();
    return new FakeDisk(
      [...names].map(([path, inode]) => {
        if (inode === 'folder') return [path, inode] as const;
        const survivor = content.get(inode) ?? survivorOf(inode, chance);
        content.set(inode, survivor);
        return [path, survivor] as const;
      }),
    );
  }

  async makeFolder(path: string): Promise<string | null> {
    await this.#step('makeFolder', path);
    let first: string | null = null;
    const missing: string[] = [];
    for (let folder = path; !this.#names.has(folder); folder = dirname(folder)) missing.unshift(folder);
    for (const folder of missing) {
      if (this.#names.get(dirname(folder)) !== 'folder') throw systemError('ENOTDIR');
      first ??= folder;
      this.#change(dirname(folder), (names) => names.set(folder, 'folder'));
    }
    return first;
  }

  async list(path: string): Promise<readonly string[]> {
    await this.#step('list', path);
    if (!this.#names.has(path)) throw systemError('ENOENT');
    return this.paths.filter((name) => name !== '/' && dirname(name) === path).map((name) => name.slice(path.length + 1));
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    await this.#step(`open ${mode}`, path);
    const found = this.#names.get(path);
    if (found === 'folder') throw systemError('EISDIR');
    if (found !== undefined && mode === 'exclusive') throw systemError('EEXIST');
    if (found === undefined && (mode === 'read' || mode === 'update' || !this.#names.has(dirname(path)))) throw systemError('ENOENT');
    const inode = found ?? { written: Buffer.alloc(0), durable: Buffer.alloc(0) };
    if (found === undefined) this.#change(dirname(path), (names) => names.set(path, inode));
    return this.#handle(inode, path);
  }

  async size(path: string): Promise<number> {
    await this.#step('size', path);
    return this.#file(path).written.length;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename', from);
    const inode = this.#file(from);
    this.#change(dirname(to), (names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#step('remove', path);
    this.#file(path);
    this.#change(dirname(path), (names) => names.delete(path));
  }

  async syncFolder(path: string): Promise<void> {
    await this.#step('syncFolder', path);
    for (const change of this.#changes) if (change.folder === path) change.apply(this.#durableNames);
    this.#changes = this.#changes.filter(({ folder }) => folder !== path);
  }

  #handle(inode: Inode, path: string): OpenFile {
    return {
      read: async (into, position) => {
        await this.#step('read', path);
        return inode.written.copy(into, 0, position);
      },
      write: async (bytes, position) => {
        await this.#step('write', path);
        const taken = bytes.subarray(0, this.partOfWrite ?? bytes.length);
        this.partOfWrite = null;
        const grown = Buffer.alloc(Math.max(inode.written.length, position + taken.length));
        inode.written.copy(grown);
        taken.copy(grown, position);
        inode.written = grown;
        return taken.length;
      },
      truncate: async (length) => {
        await this.#step('truncate', path);
        inode.written = Buffer.concat([inode.written.subarray(0, length), Buffer.alloc(Math.max(0, length - inode.written.length))]);
      },
      size: async () => {
        await this.#step('fstat', path);
        return inode.written.length;
      },
      sync: async () => {
        await this.#step('sync', path);
        inode.durable = inode.written;
      },
      close: async () => {
        await this.#step('close', path);
      },
    };
  }

  async #step(name: string, path: string): Promise<void> {
    const count = this.#operations;
    this.#operations += 1;
    // As a real disk, it lets others have the event loop meanwhile.
    await setImmediate();
    await this.before({ name, path, count });
  }

  #file(path: string): Inode {
    const found = this.#names.get(path);
    if (found === undefined) throw systemError('ENOENT');
    if (found === 'folder') throw systemError('EISDIR');
    return found;
  }

  #change(folder: string, apply: (names: Map<string, Inode | 'folder'>) => void): void {
    apply(this.#names);
    this.#changes.push({ folder, apply });
  }
}

/** What a power cut leaves of a file: what was synced, and of the rest a part, then perhaps zeros for what never arrived. */
function survivorOf({ written, durable }: Inode, chance: Chance): Inode {
  if (written === durable || chance() < 0.25) return { written: durable, durable };
  const cut = Math.floor(chance() * (written.length + 1));
  const zeros = chance() < 0.3 ? Buffer.alloc(written.length - cut) : Buffer.alloc(0);
  // What was synced stays, but where a truncation of it may have arrived.
  const arrived = written.subarray(0, Math.max(cut, commonLength(written, durable)));
  const content = zeros.length > 0 ? Buffer.concat([arrived, zeros]) : arrived;
  return { written: content, durable: content };
}

function commonLength(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index;
  return length;
}
