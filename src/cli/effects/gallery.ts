/** `diuna effects gallery FOLDER`: a small picture of every effect and palette, and where wanted the page that shows them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { effects } from '../../light/effects/registry.ts';
import { createGradient, fillGradient } from '../../light/gradient.ts';
import { monitorValues } from '../../light/linear.ts';
import { builtInStops, paletteDeclarations } from '../../light/palettes.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { NotDone, onFiles } from '../file-command.ts';
import { play } from './film.ts';
import { fillPage, newPage } from './page.ts';
import { refused, writePicture } from './picture-file.ts';
import type { Grid } from './png.ts';
import { sampleColors, sampleOf } from './samples.ts';

export interface GalleryOptions {
  /** A Markdown file. */
  readonly page?: string;
}

/** A palette's picture: its steps across, in one row. */
const SWATCH: Grid = { columns: 128, rows: 1, across: 2, down: 16 };
export function gallery(folder: string, { page }: GalleryOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const palettes = join(folder, 'palettes');
    await mkdir(palettes, { recursive: true }).catch((cause: unknown) => Promise.reject(refused(folder, cause)));
    for (const { declaration } of effects) {
      const { film, grid } = sampleOf(declaration.id);
      await writePicture(join(folder, `${declaration.id}.png`), play(film), grid);
    }
    for (const { id } of paletteDeclarations) {
      const row = swatch(id);
      if (row !== null) await writePicture(join(palettes, `${id}.png`), [row], SWATCH);
    }
    if (page !== undefined) await writePage(page, folder);
    output.note(
      `${folder}: ${effects.length} effects, ${paletteDeclarations.length} palettes${page === undefined ? '' : `; ${page} shows them`}`,
    );
  });
}

/** @returns null for `default`, which has no colours of its own. */
function swatch(palette: string): Uint8Array | null {
  const stops = builtInStops(palette, sampleColors);
  if (stops === undefined) return null;
  const gradient = createGradient();
  fillGradient(gradient, stops, false);
  const every = Math.floor(gradient.length / 3 / SWATCH.columns);
  return Uint8Array.from({ length: SWATCH.columns * 3 }, (_, at) => {
    return monitorValues[gradient[Math.floor(at / 3) * every * 3 + (at % 3)] ?? 0] ?? 0;
  });
}

/** Only what stands between the page's marks is written anew. */
async function writePage(page: string, folder: string): Promise<void> {
  const link = relative(dirname(page), folder).split(sep).join('/');
  const before = await readFile(page, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return newPage;
    throw new NotDone(`${page} cannot be read: ${String(cause)}`);
  });
  const after = fillPage(before, link);
  if (after === null) throw new NotDone(`${page} has no place for the gallery: see docs/effects.md for the two marks`, exitCodes.usage);
  await writeFile(page, after).catch((cause: unknown) => Promise.reject(refused(page, cause)));
}
