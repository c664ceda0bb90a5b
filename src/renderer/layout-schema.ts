/** A layout as a configuration can give it: what a renderer with root takes from a daemon without. */
import * as z from 'zod';
import { rendererSchema } from '../model/config-light.ts';
import { outputLayoutSchema } from '../model/config-outputs.ts';
import { componentOrders, stripSchema } from '../model/config-strip.ts';
import { boolean, decimal, integer, level, oneOf, text } from '../model/fields.ts';
import { nameIdSchema, stripIdSchema, zoneIdSchema } from '../model/ids.ts';

/** Far beyond what a Pi can feed. */
const MOST_STRIPS = 1000;
export const MOST_ZONES = 10_000;
const MOST_SEGMENTS = 64;
const MOST_LEDS = 640_000;
const MOST_PALETTES = 256;
const MOST_STOPS = 256;

/** Counts before it looks at each: a list of millions from whoever means harm costs no more than one that is refused. */
export function upTo<T extends z.ZodType>(most: number, item: T) {
  return z.array(z.unknown()).max(most).pipe(z.array(item));
}

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
  .strictObject({ id: zoneIdSchema, length: integer(1, MOST_LEDS), segments: upTo(MOST_SEGMENTS, segmentLayout) })
  .refine(({ length, segments }) => length === segments.reduce((sum, segment) => sum + segment.length, 0), {
    error: 'must be as long as its segments',
  });

const supplyLayout = z.strictObject({
  id: nameIdSchema,
  limitMa: integer(1, 1_000_000),
  strips: upTo(MOST_STRIPS, integer(0, MOST_STRIPS - 1)),
});

const paletteLayout = z.strictObject({
  id: nameIdSchema,
  stops: upTo(MOST_STOPS, z.strictObject({ at: decimal(0, 1), color: rgb })).refine((stops) => stops.length > 0),
});

export const layoutSchema = z
  .strictObject({
    strips: upTo(MOST_STRIPS, stripLayout),
    zones: upTo(MOST_ZONES, zoneLayout),
    fps: rendererSchema.shape.fps,
    gamma: z.strictObject({ red: exponent, green: exponent, blue: exponent, white: exponent }),
    dither: rendererSchema.shape.dither,
    supplies: upTo(MOST_STRIPS, supplyLayout),
    palettes: upTo(MOST_PALETTES, paletteLayout),
    effectsPath: text(4096).nullable(),
    onStop: rendererSchema.shape.on_stop,
  })
  .refine(
    ({ strips, zones }) =>
      zones.every(({ segments }) => segments.every(({ strip, first, length }) => first + length <= (strips[strip]?.length ?? 0))),
    { error: 'must keep its zones within its strips' },
  )
  .refine(({ strips, zones }) => ledsOf(strips) <= MOST_LEDS && ledsOf(zones) <= MOST_LEDS, {
    error: `must have at most ${MOST_LEDS} LEDs`,
  });

/** Together: each takes memory by its own length. */
function ledsOf(parts: readonly { readonly length: number }[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
