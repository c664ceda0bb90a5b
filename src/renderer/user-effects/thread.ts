/**
 * The effects thread's entry, bundled on its own: loads the files of the user's effects, and from then on draws what the
 * renderer asks for. It trusts no file: whatever one does, the renderer goes on, and ends this thread where it must.
 *
 * A file is read once, and imported as the text that was read: what was checked is what runs, in any folder and whatever
 * package.json lies above it. So it can import Node's own modules, and no files.
 */
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { createDesk, Desk } from './desk.ts';
import { Draughtsman } from './draughtsman.ts';
import { findFiles, readSource } from './files.ts';
import { ALL_FILES_MS, MOST_MEMORY_BYTES } from './limits.ts';
import type { FromEffects, LoadedEffect, LoadJob, RefusedFile } from './messages.ts';
import { brief, isFrom, tellError } from './tell-error.ts';
import { tools } from './tools.ts';
import { parseEffect, type UserEffect } from './user-effect.ts';

const REPAIR = 'correct the file and reload; docs/your-own-effects.md says what an effect is';

interface Shelf {
  drawn: UserEffect[];
  effects: LoadedEffect[];
  readonly refused: RefusedFile[];
  /** The file that is being loaded. */
  file: string;
}

async function load(job: LoadJob, tell: (message: FromEffects) => void): Promise<Shelf> {
  const startedMs = performance.now();
  const euid = process.geteuid?.();
  const { files, refused } = findFiles(job, euid);
  const shelf: Shelf = { drawn: [], effects: [], refused: [...refused], file: '' };
  process.on('uncaughtException', (cause) => takeBack(shelf, cause));
  const taken = new Set(job.taken);
  for (const file of files) {
    if (performance.now() - startedMs > ALL_FILES_MS) {
      const message = `it was not loaded: the files before it took ${ALL_FILES_MS} ms`;
      shelf.refused.push({ file, message, cure: 'find the file that is slow to load, or have fewer' });
      continue;
    }
    tell({ kind: 'loading', file });
    shelf.file = file;
    await loadFile(job, file, euid, taken, shelf);
    // What the file left to be done at once fails now, and not when another one is loaded. And what it wrote gets out.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return shelf;
}

/** An error that nobody caught, of a promise or a timer that a file left behind: it costs that file, and not the thread. */
function takeBack(shelf: Shelf, cause: unknown): void {
  const { file } = shelf.effects.find((effect) => isFrom(cause, effect.file)) ?? shelf;
  const isKept = shelf.effects.map((effect) => effect.file !== file);
  if (!shelf.refused.some((refused) => refused.file === file)) shelf.refused.push({ file, message: tellError(cause, file), cure: REPAIR });
  shelf.drawn = shelf.drawn.filter((_, index) => isKept[index]);
  shelf.effects = shelf.effects.filter((_, index) => isKept[index]);
}

async function loadFile(job: LoadJob, file: string, euid: number | undefined, taken: Set<string>, shelf: Shelf): Promise<void> {
  const source = readSource(job.folder, file, euid);
  if (!source.ok) {
    shelf.refused.push(source.error);
    return;
  }
  const { text, digest } = source.value;
  try {
    const named = `${text}\n//# sourceURL=${encodeURIComponent(file)}`;
    const exported: unknown = (await import(`data:text/javascript;base64,${Buffer.from(named).toString('base64')}`)).default;
    const parsed = parseEffect(exported, taken);
    if (!parsed.ok) {
      shelf.refused.push({ file, message: brief(parsed.error), cure: REPAIR });
      return;
    }
    const { declaration, palette, animated, ring } = parsed.value;
    const sizes = job.lengths.map((length) => [length, parsed.value.stateSize(length)] as const);
    if (shelf.refused.some((refused) => refused.file === file)) return; // an error of its own came sooner
    const cells = sizes.some(([, count]) => count > 0) ? sizes : [];
    shelf.drawn.push(parsed.value);
    shelf.effects.push({ file, digest, declaration, palette, animated, ring, cells });
  } catch (cause) {
    const cure = cause instanceof SyntaxError ? `node --check ${file} tells the line; then reload` : REPAIR;
    shelf.refused.push({ file, message: tellError(cause, file), cure });
  }
}

function overMemory(): boolean {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external > MOST_MEMORY_BYTES;
}

async function main(port: NonNullable<typeof parentPort>, job: LoadJob): Promise<void> {
  const tell = (message: FromEffects) => port.postMessage(message);
  const { drawn, effects, refused } = await load(job, tell);
  const size = {
    pixels: Math.max(1, ...job.lengths),
    cells: Math.max(0, ...effects.flatMap(({ cells }) => cells.map(([, count]) => count))),
  };
  const desk = createDesk(size);
  tell({ kind: 'loaded', effects, refused, size, desk });
  const draughtsman = new Draughtsman(new Desk(desk, size), drawn, tools, {
    overMemory,
    failed: (index, code, cause) => {
      const { file = '' } = effects[index] ?? {};
      tell({ kind: 'threw', index, code, message: tellError(cause, file) });
    },
  });
  // Never back in the event loop: an effect has no timers, and what it writes to the console while it draws is lost.
  silence();
  draughtsman.serve();
}

/** Output that the event loop would have to carry on would pile up here. */
function silence(): void {
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const) console[method] = () => undefined;
}

if (parentPort === null) throw new Error('the effects thread is started by the renderer, not by itself');
// The renderer's own message: both are of one build.
void main(parentPort, workerData as LoadJob);
