/** How light is made, in the configuration: frames, gamma and dither, supplies, and palettes and effects of the user's own. */
import * as z from 'zod';
import { parseColorText } from './color.ts';
import { dithers } from './config-strip.ts';
import { decimal, integer, oneOf, text, transitionSeconds } from './fields.ts';
import { nameIdSchema, stripIdSchema } from './ids.ts';

const optional = z.exactOptional;

/** With it even steps of a value look even, as they do on a monitor. */
const USUAL_GAMMA = 2.2;
const exponent = decimal(1, 4);
const gammaAllowed = 'must be a number, 1 to 4, or one for each of red, green, blue and white';
const gammaSchema = z.union(
  [
    exponent,
    z.strictObject({
      red: exponent.default(USUAL_GAMMA),
      green: exponent.default(USUAL_GAMMA),
      blue: exponent.default(USUAL_GAMMA),
      white: exponent.default(USUAL_GAMMA),
    }),
  ],
  { error: gammaAllowed },
);

export const rendererSchema = z.strictObject({
  /** Frames a second while something moves. */
  fps: integer(1, 400).default(60),
  isolation: oneOf(['auto', 'thread', 'process', 'service']).default('auto'),
  /** Where the renderer's service listens: a Unix socket, whose address has 107 bytes at most (unix(7)). */
  socket: text(107).default('/run/diuna-renderer/socket'),
  /** Seconds, where a command names no transition. */
  transition: transitionSeconds.default(0.4),
  gamma: gammaSchema.default(USUAL_GAMMA),
  /** Whether values between two steps of the LEDs are spread over frames; `auto`: at 100 frames a second and more. */
  dither: oneOf(dithers).default('auto'),
  /** What the LEDs do when the daemon stops. */
  on_stop: oneOf(['keep', 'off']).default('keep'),
});

/** What feeds strips, and the most that they may draw of it together. */
const supplySchema = z.strictObject({
  /** mA. */
  limit: integer(1, 1_000_000),
  strips: z.array(stripIdSchema, { error: 'must be a list of strip ids' }).min(1, { error: 'must name at least one strip' }),
});
export const suppliesSchema = z.record(nameIdSchema, supplySchema, { error: 'must map supply ids to supplies' }).prefault({});

/** Palettes are read in 256 steps: more stops could not be told apart. */
const MOST_STOPS = 256;
const MOST_PALETTES = 256;

const colorAllowed = 'must be "#rrggbb" in quotes or a CSS colour name';
const stopColorSchema = z.string({ error: colorAllowed }).transform((written, context): readonly [number, number, number] => {
  const color = parseColorText(written);
  if (color !== null && color.w === undefined) return [color.r, color.g, color.b];
  context.issues.push({ code: 'custom', message: colorAllowed, path: [], input: written });
  return z.NEVER;
});

const colorsAllowed = `must be a list of 1 to ${MOST_STOPS} colours`;
const stopsAllowed = `must be a list of 1 to ${MOST_STOPS} stops, {at, color} each`;
const paletteSchema = z
  .strictObject({
    name: optional(text(64)),
    /** Evenly spaced. */
    colors: optional(
      z.array(stopColorSchema, { error: colorsAllowed }).min(1, { error: colorsAllowed }).max(MOST_STOPS, { error: colorsAllowed }),
    ),
    /** Each at its place, 0 to 1; two at one place make an edge. */
    stops: optional(
      z
        .array(z.strictObject({ at: decimal(0, 1), color: stopColorSchema }), { error: stopsAllowed })
        .min(1, { error: stopsAllowed })
        .max(MOST_STOPS, { error: stopsAllowed }),
    ),
  })
  .refine(({ colors, stops }) => (colors === undefined) !== (stops === undefined), { error: 'must have either colors or stops' });
export type PaletteConfig = z.infer<typeof paletteSchema>;
export const palettesSchema = z
  .record(nameIdSchema, paletteSchema, { error: 'must map palette ids to palettes' })
  .refine((palettes) => Object.keys(palettes).length <= MOST_PALETTES, { error: `must hold at most ${MOST_PALETTES} palettes` })
  .prefault({});

export const effectsSchema = z
  .strictObject({
    /** A folder with effects of the user's own; relative to the config file. */
    path: text(4096).nullable().default(null),
  })
  .prefault({});
