/** What a zone is meant to show, and where that came from (protocol §6). A state is the target, never the picture of the moment. */
import * as z from 'zod';
import { componentsSchema } from './color.ts';
import { boolean, integer, kelvin, level, oneOf } from './fields.ts';

export const sources = ['command', 'hardware', 'schedule', 'system'] as const;
export const sourceSchema = z.enum(sources);
export type Source = z.infer<typeof sourceSchema>;

export const colorModes = ['rgb', 'rgbw', 'color_temp'] as const;
export type ColorMode = (typeof colorModes)[number];

/** The effect id that stands for "none runs". */
export const NO_EFFECT = 'off';

export const zoneTargetSchema = z.object({
  state: oneOf(['ON', 'OFF']),
  /** 1 to 255: while a zone is off this is the level that a bare ON restores. */
  brightness: integer(1, 255),
  color_mode: z.enum(colorModes),
  /** As the client sent it; in mode `color_temp` the last colour, which is not shown then. */
  color: componentsSchema,
  /** Kelvin; present in mode `color_temp` only. */
  color_temp: z.exactOptional(kelvin),
  effect: z.string(),
  palette: z.string(),
  speed: level,
  intensity: level,
  /** One to three colours that effects use; the first is `color`. */
  colors: z.array(componentsSchema).min(1).max(3),
  reverse: boolean,
  mirror: boolean,
});
export type ZoneTarget = z.infer<typeof zoneTargetSchema>;

export const provenanceSchema = z.object({
  /** Counts this zone's changes. */
  version: z.int().min(0),
  /** The seq of the event that made this state; 0 before the first. */
  seq: z.int().min(0),
  event_id: z.string().nullable(),
  source: sourceSchema,
  origin: z.string().nullable(),
  trigger: z.string().nullable(),
  request_id: z.string().nullable(),
  timestamp: z.iso.datetime(),
});

export const zoneStateSchema = zoneTargetSchema.extend(provenanceSchema.shape);
export type ZoneState = z.infer<typeof zoneStateSchema>;
export type TargetField = keyof ZoneTarget;
export const targetFields = Object.keys(zoneTargetSchema.shape) as TargetField[];

/** What a new zone is: off, and a bare ON would make it a full warm-neutral white. */
export const defaultTarget: ZoneTarget = {
  state: 'OFF',
  brightness: 255,
  color_mode: 'rgb',
  color: { r: 255, g: 255, b: 255 },
  effect: NO_EFFECT,
  palette: 'default',
  speed: 128,
  intensity: 128,
  colors: [{ r: 255, g: 255, b: 255 }],
  reverse: false,
  mirror: false,
};
