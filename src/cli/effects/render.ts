/** `diuna effects render EFFECT`: a picture of an effect, LEDs across and time down: as PNG, or in the terminal. */
import { renderLayout } from '../../core/layout.ts';
import type { Components } from '../../model/color.ts';
import { defaultTarget } from '../../model/state.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { NotDone, onFiles } from '../file-command.ts';
import type { Output } from '../output.ts';
import { paintedCells } from '../painted-cells.ts';
import { readConfig } from './config-palettes.ts';
import { type Film, play } from './film.ts';
import { STANDARD_OUTPUT, writePicture } from './picture-file.ts';
import { type Grid, pixelsOf } from './png.ts';
import { findEffect, findPalette, vocabularyOf } from './vocabulary.ts';

/** As commander names them. */
export interface RenderOptions {
  readonly config?: string;
  readonly png?: string;
  readonly length: number;
  readonly seconds: number;
  readonly start: number;
  /** Left out: as suits a picture, or a terminal. */
  readonly fps?: number;
  readonly scale: Pick<Grid, 'across' | 'down'>;
  readonly palette: string;
  readonly speed: number;
  readonly intensity: number;
  readonly color?: readonly Components[];
  readonly reverse?: boolean;
  readonly mirror?: boolean;
  readonly zone: string;
}

const PICTURE_FPS = 25;
/** Four seconds are then as many lines as a terminal shows at once, or little more. */
const TERMINAL_FPS = 10;
const MOST_PIXELS = 64_000_000;
/** Lines in a terminal: beyond, it is a picture that is wanted. */
const MOST_LINES = 10_000;

export function render(effect: string, options: RenderOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const film = await filmOf(effect, options);
    if (options.png === undefined) return drawInTerminal(film, output);
    const grid: Grid = { columns: film.length, rows: film.frames, ...options.scale };
    if (pixelsOf(grid) > MOST_PIXELS) {
      const [width, height] = [grid.columns * grid.across, grid.rows * grid.down];
      const wrong = `a picture of ${width} × ${height} pixels is too large: it may have ${MOST_PIXELS / 1e6} million`;
      throw new NotDone(`${wrong}; take a smaller --scale, --fps or --seconds`, exitCodes.usage);
    }
    await writePicture(options.png, play(film), grid);
    if (options.png !== STANDARD_OUTPUT) output.note(`${options.png}: ${film.length} LEDs across, ${film.frames} frames down`);
  });
}

async function filmOf(wanted: string, options: RenderOptions): Promise<Film> {
  const config = options.config === undefined ? null : await readConfig(options.config);
  const catalog = vocabularyOf(config);
  const { length, seconds, start, zone, speed, intensity, color: colors = defaultTarget.colors } = options;
  const fps = options.fps ?? (options.png === undefined ? TERMINAL_FPS : PICTURE_FPS);
  return {
    length,
    frames: Math.max(1, Math.round(seconds * fps)),
    fps,
    start,
    zone,
    shows: {
      effect: findEffect(catalog, wanted).declaration.id,
      palette: findPalette(catalog, options.palette),
      speed,
      intensity,
      color: colors[0] ?? defaultTarget.color,
      colors: [...colors],
      reverse: options.reverse === true,
      mirror: options.mirror === true,
    },
    palettes: config === null ? [] : renderLayout(config).palettes,
  };
}

/** A line a frame, one blank a LED. */
function drawInTerminal(film: Film, output: Output): void {
  if (!process.stdout.isTTY) throw new NotDone('standard output is no terminal: name the file with --png FILE', exitCodes.usage);
  if (film.frames > MOST_LINES) {
    throw new NotDone(
      `${film.frames} lines are too many for a terminal, which takes ${MOST_LINES}: name a file with --png`,
      exitCodes.usage,
    );
  }
  const shown = Math.min(film.length, process.stdout.columns);
  for (const row of play(film)) output.result(paintedCells(row.subarray(0, shown * 3)), null);
  if (shown < film.length) output.note(`the terminal is ${shown} wide: these are the first ${shown} of ${film.length} LEDs`);
}
