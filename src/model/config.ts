/**
 * The configuration file's schema: strict, snake_case as it stands in config.yaml, every value with its default.
 * Mistakes across sections (a zone beyond its strip) are found by `checkReferences` in config-references.ts.
 */
import * as z from 'zod';
import { accessRuleSchema, tlsSchema, usersSchema } from './config-access.ts';
import { groupsSchema } from './config-groups.ts';
import { knobSchema } from './config-knobs.ts';
import { effectsSchema, palettesSchema, rendererSchema, suppliesSchema } from './config-light.ts';
import { mqttLimitsSchema } from './config-limits.ts';
import { stripSchema } from './config-strip.ts';
import { boolean, decimal, integer, oneOf, text } from './fields.ts';
import { nameIdSchema, stripIdSchema, zoneIdSchema } from './ids.ts';

const optional = z.exactOptional;

/** `host:port`, `[v6]:port`; port 0 takes a free one. */
export const addressSchema = z
  .string({ error: 'must be host:port' })
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s/]+):\d{1,5}$/, { error: 'must be host:port, such as 127.0.0.1:1883' })
  .transform((address) => {
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
  })
  .refine(({ port }) => port <= 65_535, { error: 'must have a port of 0 to 65535' });
export type Address = z.infer<typeof addressSchema>;

const topicAllowed = 'must be topic levels without "+", "#" or blanks, none of them empty, and no "$" in the first';
const topicSchema = z
  .string({ error: topicAllowed })
  .regex(/^[^+#$/\s\0]+(\/[^+#/\s\0]+)*$/, { error: topicAllowed })
  .max(64, { error: 'must have at most 64 characters' });

const brokerUrlAllowed =
  'must be null or mqtt://, mqtts://, ws:// or wss:// with host and port, such as mqtt://127.0.0.1:1883, without a password';
/** Passwords stand in a file of their own: this one is printed, copied and backed up. */
const brokerUrlSchema = z
  .string({ error: brokerUrlAllowed })
  .regex(/^(mqtts?|wss?):\/\/[^\s/@?#]+(\/[^\s?#]*)?$/, { error: brokerUrlAllowed });

export const mqttSchema = z.strictObject({
  base_topic: topicSchema.default('diuna'),
  listen: z
    .array(addressSchema, { error: 'must be a list of host:port' })
    .min(1, { error: 'must name at least one address' })
    .prefault(['127.0.0.1:1883']),
  /** The same with TLS: needs `tls`. */
  listen_tls: z.array(addressSchema, { error: 'must be a list of host:port' }).prefault([]),
  /** Topics that are not ours: who may do what. */
  access: z
    .array(accessRuleSchema, { error: 'must be a list of {topic, allow}' })
    .max(256, { error: 'must hold at most 256 rules' })
    .prefault([]),
  /** An external broker instead of the embedded one. */
  broker_url: brokerUrlSchema.nullable().default(null),
  /** How to log in there. */
  broker: z
    .strictObject({
      client_id: text(64).default('diuna'),
      username: optional(text(256)),
      /** A file with the password in its first line; relative to the config file. */
      password_file: optional(text(4096)),
      /** A file with the certificate authority in PEM, where it is not one of the system's. */
      ca: optional(text(4096)),
      /** The newest protocol to speak; a broker that does not know version 5 is spoken to in 3.1.1. */
      protocol: oneOf(['5', '3.1.1']).default('5'),
    })
    .prefault({}),
  echo_events: boolean.default(false),
  /** Seconds; `null` takes commands of any age. */
  max_command_age: decimal(1, 86_400).nullable().default(30),
  limits: mqttLimitsSchema.prefault({}),
});

const ledIndex = integer(0, 9999);
/** First and last LED, both included, counted from 0. */
const rangeSchema = z.tuple([ledIndex, ledIndex], { error: 'must be [first, last], both included and counted from 0' });

export const segmentSchema = z.strictObject({ strip: stripIdSchema, range: rangeSchema, reverse: boolean.default(false) });
export type SegmentConfig = z.infer<typeof segmentSchema>;

export const zoneSchema = z.strictObject({
  name: optional(text(64)),
  strip: optional(stripIdSchema),
  range: optional(rangeSchema),
  segments: optional(
    z
      .array(segmentSchema, { error: 'must be a list of {strip, range}' })
      .min(1, { error: 'must hold 1 to 64 segments' })
      .max(64, { error: 'must hold 1 to 64 segments' }),
  ),
  reverse: boolean.default(false),
  /** Says that this zone may share LEDs with zones listed before it; where it does, it is drawn over them. */
  overlap: boolean.default(false),
});
export type ZoneConfig = z.infer<typeof zoneSchema>;

const originAllowed = 'must be an origin: http:// or https:// and a host, without a path';
const originSchema = z.string({ error: originAllowed }).regex(/^https?:\/\/[^\s/?#]+$/, { error: originAllowed });

export const configSchema = z.strictObject({
  mqtt: mqttSchema.prefault({}),
  http: z
    .strictObject({
      listen: addressSchema.nullable().prefault('127.0.0.1:8180'),
      /** HTTPS with the certificate of `tls`. */
      tls: boolean.default(false),
      /** Other origins whose pages may open the WebSocket, such as https://home.example; ours may anyway. */
      origins: z
        .array(originSchema, { error: 'must be a list of origins' })
        .max(64, { error: 'must hold at most 64 origins' })
        .prefault([]),
      /** Other names this machine is called by in a browser; IP addresses, localhost and its own host name count anyway. */
      hosts: z.array(text(253), { error: 'must be a list of host names' }).max(64, { error: 'must hold at most 64 names' }).prefault([]),
    })
    .prefault({}),
  users: usersSchema,
  tls: tlsSchema,
  store: z
    .strictObject({
      /** A folder; relative to the config file. */
      path: text(4096).default('./data'),
      /** Events kept for replay and undo. */
      history: integer(1000, 10_000_000).default(100_000),
    })
    .prefault({}),
  renderer: rendererSchema.prefault({}),
  log: z.strictObject({ level: oneOf(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
  strips: z
    .record(stripIdSchema, stripSchema, { error: 'must map strip ids to strips' })
    .refine((strips) => Object.keys(strips).length > 0, { error: 'must name at least one strip' }),
  zones: z
    .record(zoneIdSchema, zoneSchema, { error: 'must map zone ids to zones' })
    .refine((zones) => Object.keys(zones).length > 0, { error: 'must name at least one zone' }),
  groups: groupsSchema,
  supplies: suppliesSchema,
  palettes: palettesSchema,
  effects: effectsSchema,
  knobs: z.record(nameIdSchema, knobSchema, { error: 'must map knob ids to knobs' }).prefault({}),
  home_assistant: z
    .strictObject({
      enabled: boolean.default(true),
      discovery_prefix: topicSchema.default('homeassistant'),
      /** Of the device. */
      name: text(64).default('Diuna'),
    })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;
