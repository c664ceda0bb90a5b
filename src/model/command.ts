/**
 * Every command of protocol §3.1 as a strict schema, and the envelope around it (§3). `zone` is any text here: whether
 * a zone of that name exists is a decision, not a shape.
 */
import * as z from 'zod';
import { colorSchema } from './color.ts';
import { boolean, flashSeconds, integer, kelvin, level, oneOf, text, transitionSeconds } from './fields.ts';
import { nameIdSchema, requestIdSchema } from './ids.ts';

const optional = z.exactOptional;
const zone = text(64);
const effectName = text(64);

const effectParameters = {
  palette: optional(text(64)),
  speed: optional(level),
  intensity: optional(level),
  color: optional(colorSchema),
  colors: optional(
    z
      .array(colorSchema, { error: 'must be a list of 1 to 3 colours' })
      .min(1, { error: 'must hold 1 to 3 colours' })
      .max(3, { error: 'must hold 1 to 3 colours' }),
  ),
  reverse: optional(boolean),
  mirror: optional(boolean),
  transition: optional(transitionSeconds),
};

const zoneSettings = {
  ...effectParameters,
  state: optional(oneOf(['ON', 'OFF'])),
  brightness: optional(level),
  color_temp: optional(kelvin),
  white: optional(level),
  effect: optional(effectName),
  flash: optional(flashSeconds),
};
/** What `zone.set` may change, without the zone: shared with Home Assistant's JSON schema of the `set` topics. */
export const zoneSettingsSchema = z.strictObject(zoneSettings);
export type ZoneSettings = z.infer<typeof zoneSettingsSchema>;

const transition = { transition: optional(transitionSeconds) };
const scheduleRule = z.record(z.string(), z.unknown(), { error: 'must be an object' });

const zoneCommands = {
  'zone.set': z.strictObject({ type: z.literal('zone.set'), zone, ...zoneSettings }),
  'zone.set_power': z.strictObject({ type: z.literal('zone.set_power'), zone, state: oneOf(['ON', 'OFF']), ...transition }),
  'zone.toggle': z.strictObject({ type: z.literal('zone.toggle'), zone, ...transition }),
  'zone.set_color': z.strictObject({ type: z.literal('zone.set_color'), zone, color: colorSchema, ...transition }),
  'zone.set_brightness': z.strictObject({ type: z.literal('zone.set_brightness'), zone, brightness: level, ...transition }),
  'zone.adjust_brightness': z.strictObject({
    type: z.literal('zone.adjust_brightness'),
    zone,
    delta: integer(-255, 255),
    allow_off: optional(boolean),
    ...transition,
  }),
  /** Degrees. */
  'zone.adjust_hue': z.strictObject({ type: z.literal('zone.adjust_hue'), zone, delta: integer(-360, 360), ...transition }),
  'zone.adjust_speed': z.strictObject({ type: z.literal('zone.adjust_speed'), zone, delta: integer(-255, 255), ...transition }),
  'zone.adjust_intensity': z.strictObject({ type: z.literal('zone.adjust_intensity'), zone, delta: integer(-255, 255), ...transition }),
  'zone.start_effect': z.strictObject({ type: z.literal('zone.start_effect'), zone, effect: effectName, ...effectParameters }),
  'zone.stop_effect': z.strictObject({ type: z.literal('zone.stop_effect'), zone, ...transition }),
  'zone.next_effect': z.strictObject({ type: z.literal('zone.next_effect'), zone, ...transition }),
  'history.undo': z.strictObject({ type: z.literal('history.undo'), zone, ...transition }),
  'system.identify': z.strictObject({ type: z.literal('system.identify'), zone }),
} as const;

const laterCommands = {
  'scene.activate': z.strictObject({ type: z.literal('scene.activate'), scene: nameIdSchema, ...transition }),
  'scene.save': z.strictObject({ type: z.literal('scene.save'), scene: nameIdSchema, name: optional(text(64)) }),
  'scene.delete': z.strictObject({ type: z.literal('scene.delete'), scene: nameIdSchema }),
  'playlist.start': z.strictObject({ type: z.literal('playlist.start'), playlist: nameIdSchema }),
  'playlist.stop': z.strictObject({ type: z.literal('playlist.stop'), playlist: optional(nameIdSchema) }),
  'schedule.save': z.strictObject({ type: z.literal('schedule.save'), schedule: nameIdSchema, rule: optional(scheduleRule) }),
  'schedule.delete': z.strictObject({ type: z.literal('schedule.delete'), schedule: nameIdSchema }),
  'schedule.enable': z.strictObject({ type: z.literal('schedule.enable'), schedule: nameIdSchema, enabled: optional(boolean) }),
} as const;

const queries = {
  'state.get': z.strictObject({ type: z.literal('state.get') }),
  'events.replay': z.strictObject({
    type: z.literal('events.replay'),
    after: z.union([z.int().min(0), z.uuid()], { error: 'must be a seq (an integer from 0) or an event id (a UUID)' }),
    zone: optional(zone),
    limit: optional(integer(1, 10_000)),
  }),
  'system.ping': z.strictObject({ type: z.literal('system.ping') }),
  /** Changes no state: the daemon ends once it has answered, and is started again. */
  'system.restart': z.strictObject({ type: z.literal('system.restart') }),
  /** Changes no state by itself: what the knob does then, it asks for as any knob does. */
  'knob.simulate': z.strictObject({ type: z.literal('knob.simulate'), knob: nameIdSchema, moves: text(64) }),
} as const;

/** The schemas of the commands that may stand in a batch, by type. */
export const batchableSchemas = { ...zoneCommands, ...laterCommands } as const;
/** The schemas of all commands but `batch`, by type. */
export const simpleSchemas = { ...batchableSchemas, ...queries } as const;

export const BATCH_LIMIT = 64;
/** A batch before its commands are parsed each by its own type. */
export const batchSchema = z.strictObject({
  type: z.literal('batch'),
  commands: z
    .array(z.unknown(), { error: `must be a list of 1 to ${BATCH_LIMIT} commands` })
    .min(1, { error: `must hold 1 to ${BATCH_LIMIT} commands` })
    .max(BATCH_LIMIT, { error: `must hold 1 to ${BATCH_LIMIT} commands` }),
});

type Inferred<T extends Record<string, z.ZodType>> = { [K in keyof T]: z.infer<T[K]> }[keyof T];
export type ZoneCommand = Inferred<typeof zoneCommands>;
export type LaterCommand = Inferred<typeof laterCommands>;
export type Query = Inferred<typeof queries>;
/** A command that may stand in a batch, with its own guard on the zone's version. */
export type Change = (ZoneCommand | LaterCommand) & { readonly if_version?: number };
export interface Batch {
  readonly type: 'batch';
  readonly commands: readonly Change[];
}
export type Command = Change | Query | Batch;
export type CommandType = Command['type'];
export const commandTypes: readonly string[] = [...Object.keys(simpleSchemas), 'batch'];

export const ifVersionSchema = z.int({ error: 'must be an integer from 0' }).min(0, { error: 'must be an integer from 0' });

/** The fields beside the command's own (protocol §3). */
export const envelopeSchema = z.object({
  request_id: requestIdSchema,
  ack: optional(oneOf(['applied', 'rendered'])),
  dry_run: optional(boolean),
  issued_at: optional(z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, such as 2026-11-20T13:01:00.123Z' })),
});
export const envelopeFields: readonly string[] = Object.keys(envelopeSchema.shape);

/** A command that is well formed, with everything its envelope said. */
export interface Request {
  /** `null` where the way has none (a `set` topic, a knob). */
  readonly request_id: z.infer<typeof requestIdSchema> | null;
  readonly command: Command;
  readonly ack: 'applied' | 'rendered';
  readonly dry_run: boolean;
  /** Milliseconds since 1970 UTC, where the client said when it meant the command. */
  readonly issued_at_ms: number | null;
}
