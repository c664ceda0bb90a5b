/** A layout as a configuration can give it: what a renderer with root takes from a daemon without. */
import * as z from 'zod';
import { rendererSchema } from '../model/config-light.ts';
import { outputLayoutSchema } from '../model/config-outputs.ts';
import { componentOrders, stripSchema } from '../model/config-strip.ts';
import { boolean, decimal, integer, level, oneOf, text } from '../model/fields.ts';
import { nameIdSchema, stripIdSchema, zoneIdSchema } from '../model/ids.ts';

/** Far beyond what a Pi can feed. */
const MOST_STRIPS = 1000;
const MOST_ZONES = 10_000;
const MOST_SEGMENTS = 64;
const MOST_LEDS = 640_000;
const MOST_PALETTES = 256;
const MOST_STOPS = 256;

const rgb = z.tuple([level, level, level]);
const milliamperes = decimal(0, 1000);
const exponent = decimal(1, 4);

const stripLayout = z.strictObject({
  id: stripIdSchema,
  length: stripSchema.shape.length,
  order: oneOf(componentOrders),
  output: outputLayoutSchema,
  whiteBalance: rgb,
  autoWhite: stripSchema.shape.auto_white,
  whiteKelvin: stripSchema.shape.white_temperature,
  draw: z.strictObject({
    red: milliamperes,
    green: milliamperes,
    blue: milliamperes,
    white: milliamperes,
    idle: milliamperes,
    series: boolean,
  }),
});

const segmentLayout = z.strictObject({
  strip: integer(0, MOST_STRIPS - 1),
  first: integer(0, 9999),
  length: integer(1, 10_000),
  reverse: boolean,
});

const zoneLayout = z
  .strictObject({ id: zoneIdSchema, length: integer(1, MOST_LEDS), segments: z.array(segmentLayout).min(1).max(MOST_SEGMENTS) })
  .refine(({ length, segments }) => length === segments.reduce((sum, segment) => sum + segment.length, 0), {
    error: 'must be as long as its segments',
  });

const supplyLayout = z.strictObject({
  id: nameIdSchema,
  limitMa: integer(1, 1_000_000),
  strips: z.array(integer(0, MOST_STRIPS - 1)).max(MOST_STRIPS),
});

const paletteLayout = z.strictObject({
  id: nameIdSchema,
  stops: z
    .array(z.strictObject({ at: decimal(0, 1), color: rgb }))
    .min(1)
    .max(MOST_STOPS),
});

export const layoutSchema = z
  .strictObject({
    strips: z.array(stripLayout).max(MOST_STRIPS),
    zones: z.array(zoneLayout).max(MOST_ZONES),
    fps: rendererSchema.shape.fps,
    gamma: z.strictObject({ red: exponent, green: exponent, blue: exponent, white: exponent }),
    dither: rendererSchema.shape.dither,
    supplies: z.array(supplyLayout).max(MOST_STRIPS),
    palettes: z.array(paletteLayout).max(MOST_PALETTES),
    effectsPath: text(4096).nullable(),
    onStop: rendererSchema.shape.on_stop,
  })
  .refine(
    ({ strips, zones }) =>
      zones.every(({ segments }) => segments.every(({ strip, first, length }) => first + length <= (strips[strip]?.length ?? 0))),
    { error: 'must keep its zones within its strips' },
  );
