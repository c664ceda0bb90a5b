/** Declares `diuna effects`; the code of each subcommand is loaded only when it is chosen. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Components, parseColorText } from '../../model/color.ts';
import { zoneIdSchema } from '../../model/ids.ts';
import type { ExitCode } from '../exit-codes.ts';
import { integerOption, numberOption } from '../options.ts';
import type { GalleryOptions } from './gallery.ts';
import type { ListOptions, PalettesOptions } from './list.ts';
import type { Grid } from './png.ts';
import type { RenderOptions } from './render.ts';

const MOST_COLORS = 3;
const MOST_SCALE = 64;
const SCALE = { across: 8, down: 8 };

/** @param end takes the exit code. */
export function addEffects(program: Command, end: (code: ExitCode) => void): void {
  const command = program.command('effects').description('effects and palettes of this version, and pictures of them');

  command
    .command('list')
    .description('list the effects, and what speed, intensity and colours mean to each')
    .argument('[effect]', 'one effect; left out: all')
    .option('--json', 'print JSON')
    .action(async (effect: string | undefined, options: ListOptions) =>
      end(await (await import('./list.ts')).listEffects(effect, options)),
    );

  command
    .command('palettes')
    .description('list the palettes')
    .option('-c, --config <file>', 'a configuration, for its palettes')
    .option('--json', 'print JSON')
    .action(async (options: PalettesOptions) => end(await (await import('./list.ts')).listPalettes(options)));

  command
    .command('render')
    .description('draw an effect, LEDs across and time down; without --png in the terminal')
    .argument('<effect>', 'id, name or alias')
    .option('--png <file>', 'write a picture; - is standard output')
    .option('--length <leds>', 'LEDs', integerOption(1, 5000), 60)
    .option('--seconds <seconds>', 'how long', numberOption(0, 3600), 4)
    .option('--start <seconds>', 'from this moment on, counted from when the effect begins', numberOption(0, 3600), 0)
    .option('--fps <number>', 'frames a second (default: 25, in a terminal 10)', numberOption(0.01, 400))
    .addOption(
      new Option('--scale <pixels>', 'of an LED in the picture, or 4x1 for 4 across and 1 down').argParser(scaleOption).default(SCALE, '8'),
    )
    .option('--palette <palette>', 'id or name', 'default')
    .option('--speed <number>', '0 to 255', integerOption(0, 255), 128)
    .option('--intensity <number>', '0 to 255', integerOption(0, 255), 128)
    .option('--color <colour>', 'CSS name or #rrggbb; up to three, with commas or given again (default: white)', colorsOption)
    .option('--reverse', 'from the end to the beginning')
    .option('--mirror', 'on the first half, mirrored on the second')
    .option('--zone <zone>', 'whose id is the seed of what is left to chance', zoneOption, 'floor')
    .option('-c, --config <file>', 'a configuration, for its palettes')
    .action(async (effect: string, options: RenderOptions) => end(await (await import('./render.ts')).render(effect, options)));

  command
    .command('gallery')
    .description('write a small picture of every effect and palette into a folder')
    .argument('<folder>', 'made where it is missing')
    .option('--page <file>', 'also write the Markdown page that shows them')
    .action(async (folder: string, options: GalleryOptions) => end(await (await import('./gallery.ts')).gallery(folder, options)));
}

/** `8`, `4x1`. */
function scaleOption(text: string): Pick<Grid, 'across' | 'down'> {
  const [, across = '', down = across] = /^(\d{1,2})(?:x(\d{1,2}))?$/.exec(text) ?? [];
  const scale = { across: Number(across), down: Number(down) };
  if (Object.values(scale).every((pixels) => pixels >= 1 && pixels <= MOST_SCALE)) return scale;
  throw new InvalidArgumentError(`It must be 1 to ${MOST_SCALE} pixels, or two such numbers with an x between them.`);
}

/** `red`, `red,#0000ff`; each time it is given adds to those before. */
function colorsOption(text: string, before: readonly Components[] = []): readonly Components[] {
  const colors = text.split(',').map((part) => {
    const color = parseColorText(part);
    if (color === null) throw new InvalidArgumentError('Each colour must be a CSS name, #rrggbb or #rrggbbww.');
    return color;
  });
  if (before.length + colors.length > MOST_COLORS) throw new InvalidArgumentError(`At most ${MOST_COLORS} colours.`);
  return [...before, ...colors];
}

function zoneOption(text: string): string {
  const zone = zoneIdSchema.safeParse(text);
  if (!zone.success) throw new InvalidArgumentError(`It ${zone.error.issues[0]?.message}.`);
  return zone.data;
}
