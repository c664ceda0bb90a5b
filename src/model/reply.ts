/** The one reply to each command (protocol §4). */
import * as z from 'zod';
import { refusalSchema } from './refusal.ts';

const optional = z.exactOptional;
const anyState = z.record(z.string(), z.unknown());

export const timingSchema = z.object({ decided: z.int(), durable: optional(z.int()), rendered: optional(z.int()) });
/** Microseconds from the command's arrival to each step. */
export type Timing = z.infer<typeof timingSchema>;

export const acceptanceSchema = z.object({
  request_id: z.string().nullable(),
  ok: z.literal(true),
  /** False where the state was already so: then no event was made. */
  changed: z.boolean(),
  duplicate: z.boolean(),
  dry_run: optional(z.literal(true)),
  /** The last event of this command; the newest of the installation where it made none. */
  seq: z.int().min(0),
  event_id: z.string().nullable(),
  version: optional(z.int().min(0)),
  state: optional(anyState),
  /** With `ack: rendered`: false where an output is failing, so that nobody can see the change. */
  rendered: optional(z.literal(false)),
  /** Of `events.replay`. */
  count: optional(z.int()),
  last_seq: optional(z.int()),
  complete: optional(z.boolean()),
  reset: optional(z.literal(true)),
  durable: optional(z.literal(false)),
  timing_us: optional(timingSchema),
});
export type Acceptance = z.infer<typeof acceptanceSchema>;

export const refusedSchema = z.object({
  request_id: z.string().nullable(),
  ok: z.literal(false),
  duplicate: optional(z.literal(true)),
  error: refusalSchema,
  version: optional(z.int().min(0)),
  state: optional(anyState),
  durable: optional(z.literal(false)),
});
export type Refused = z.infer<typeof refusedSchema>;

export const replySchema = z.discriminatedUnion('ok', [acceptanceSchema, refusedSchema]);
export type Reply = z.infer<typeof replySchema>;
