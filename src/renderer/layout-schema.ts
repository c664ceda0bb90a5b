/** A layout as a configuration can give it: what a renderer with root takes from a daemon without. */
import * as z from 'zod';
import { componentOrders, rendererSchema, stripSchema } from '../model/config.ts';
import { boolean, integer, oneOf } from '../model/fields.ts';
import { stripIdSchema, zoneIdSchema } from '../model/ids.ts';

/** Far beyond what a Pi can feed. */
const MOST_STRIPS = 1000;
const MOST_ZONES = 10_000;
const MOST_SEGMENTS = 64;
const MOST_LEDS = 640_000;

const stripLayout = z.strictObject({
  id: stripIdSchema,
  length: stripSchema.shape.length,
  order: oneOf(componentOrders),
  output: stripSchema.shape.output,
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

export const layoutSchema = z
  .strictObject({
    strips: z.array(stripLayout).max(MOST_STRIPS),
    zones: z.array(zoneLayout).max(MOST_ZONES),
    fps: rendererSchema.shape.fps,
    gamma: rendererSchema.shape.gamma,
    onStop: rendererSchema.shape.on_stop,
  })
  .refine(
    ({ strips, zones }) =>
      zones.every(({ segments }) => segments.every(({ strip, first, length }) => first + length <= (strips[strip]?.length ?? 0))),
    { error: 'must keep its zones within its strips' },
  );
