/** Facts, as they are journalled and told (protocol §6). */
import * as z from 'zod';
import { provenanceSchema, sourceSchema, zoneStateSchema } from './state.ts';

export const zoneChangedSchema = z.object({
  id: z.uuid(),
  seq: z.int().min(1),
  type: z.literal('zone.state_changed'),
  timestamp: z.iso.datetime(),
  source: sourceSchema,
  origin: provenanceSchema.shape.origin,
  trigger: provenanceSchema.shape.trigger,
  request_id: provenanceSchema.shape.request_id,
  zone: z.string(),
  version: z.int().min(1),
  payload: z.object({ changed: z.array(z.string()).min(1), state: zoneStateSchema, previous: zoneStateSchema }),
});
export type ZoneChanged = z.infer<typeof zoneChangedSchema>;

/** The events that are journalled and carry a seq. A union of one so far. */
export const eventSchema = zoneChangedSchema;
export type DiunaEvent = ZoneChanged;

export const healthEventTypes = [
  'system.started',
  'system.stopping',
  'system.frame_overrun',
  'system.power_limited',
  'system.effect_failed',
  'system.effect_refused',
  'system.output_failed',
  'system.output_recovered',
  'system.config_rejected',
  'system.events_skipped',
  'system.store_failed',
  'system.store_recovered',
  'system.store_damaged',
  'system.broker_lost',
  'system.broker_found',
  'client.joined',
  'client.left',
] as const;
export type NoticeType = (typeof healthEventTypes)[number];

/** Whether a notice tells of everyday life, and not of something that somebody should look at. */
export function isRoutine(type: NoticeType): boolean {
  return type.startsWith('client.') || type === 'system.started' || type === 'system.stopping';
}

/** An event that is told but not journalled: health and clients. It has an id and no seq. */
export interface Notice {
  readonly id: string;
  readonly type: NoticeType;
  readonly timestamp: string;
  readonly source: 'system' | 'command';
  readonly origin: string | null;
  readonly trigger: string | null;
  readonly request_id: null;
  readonly payload: Readonly<Record<string, unknown>>;
}
