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
  'system.input_failed',
  'system.input_recovered',
  'system.config_rejected',
  'system.events_skipped',
  'system.store_failed',
  'system.store_recovered',
  'system.store_damaged',
  'system.broker_lost',
  'system.broker_found',
  'client.joined',
  'client.left',
  'knob.rotated',
  'knob.pressed',
  'knob.double_pressed',
  'knob.long_pressed',
  'knob.released',
] as const;
export type NoticeType = (typeof healthEventTypes)[number];

/** Whether a notice tells of everyday life, and not of something that somebody should look at. */
export function isRoutine(type: NoticeType): boolean {
  return type.startsWith('client.') || type.startsWith('knob.') || type === 'system.started' || type === 'system.stopping';
}

const KNOB = 'knob:';

/** What stands as the trigger of all that a knob does. */
export function knobTrigger(knob: string): string {
  return `${KNOB}${knob}`;
}

/** The client or knob that a notice is about, which its topic names; `null` for the system. */
export function subjectOf({ type, origin, trigger }: Notice): string | null {
  if (type.startsWith('client.')) return origin;
  return type.startsWith('knob.') && trigger !== null ? trigger.slice(KNOB.length) : null;
}

/** An event that is told but not journalled: health, clients and knobs. It has an id and no seq. */
export interface Notice {
  readonly id: string;
  readonly type: NoticeType;
  readonly timestamp: string;
  readonly source: 'system' | 'command' | 'hardware';
  readonly origin: string | null;
  readonly trigger: string | null;
  readonly request_id: null;
  readonly payload: Readonly<Record<string, unknown>>;
}
