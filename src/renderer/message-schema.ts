/** The daemon's messages as a renderer with root takes them from a daemon without: nothing but what a daemon sends. */
import * as z from 'zod';
import { boolean, decimal, integer, oneOf } from '../model/fields.ts';
import { zoneIdSchema } from '../model/ids.ts';
import { zoneTargetSchema } from '../model/state.ts';
import { layoutSchema, MOST_ZONES, upTo } from './layout-schema.ts';
import type { ToKeeper } from './messages.ts';

const HOUR_MS = 3_600_000;
/** More than a command can ask for at once, and than a renderer can draw. */
const MOST_OVERLAYS = 10_000;
const MOST_PREVIEWS_A_SECOND = 1000;

const durationMs = decimal(0, HOUR_MS);

export const messageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('launch') }),
  z.strictObject({ kind: z.literal('configure'), layout: layoutSchema }),
  z.strictObject({
    kind: z.literal('show'),
    token: integer(0, Number.MAX_SAFE_INTEGER),
    changes: upTo(MOST_ZONES, z.strictObject({ zone: zoneIdSchema, target: zoneTargetSchema, transitionMs: durationMs })),
    overlays: upTo(MOST_OVERLAYS, z.strictObject({ zone: zoneIdSchema, kind: oneOf(['flash', 'identify']), durationMs })),
    report: boolean,
  }),
  z.strictObject({ kind: z.literal('preview'), fps: decimal(0, MOST_PREVIEWS_A_SECOND) }),
  z.strictObject({ kind: z.literal('effects') }),
  z.strictObject({ kind: z.literal('probe') }),
  z.strictObject({ kind: z.literal('stop') }),
]) satisfies z.ZodType<ToKeeper>;
