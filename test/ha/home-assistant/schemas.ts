/** What is read of Home Assistant's answers. */
import * as z from 'zod';

export const stateSchema = z.looseObject({
  entity_id: z.string(),
  state: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  last_updated: z.string(),
});
export type EntityState = z.infer<typeof stateSchema>;

export const stateChangedSchema = z.looseObject({
  data: z.looseObject({ entity_id: z.string(), new_state: stateSchema.nullable() }),
});
export type StateChanged = z.infer<typeof stateChangedSchema>;

export const entitiesSchema = z.array(
  z.looseObject({
    entity_id: z.string(),
    platform: z.string(),
    unique_id: z.string(),
    device_id: z.string().nullable(),
    entity_category: z.string().nullable(),
    disabled_by: z.string().nullable(),
  }),
);
export type RegisteredEntity = z.infer<typeof entitiesSchema>[number];

export const devicesSchema = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string().nullable(),
    identifiers: z.array(z.array(z.string())),
    model: z.string().nullable(),
    sw_version: z.string().nullable(),
    configuration_url: z.string().nullable(),
    area_id: z.string().nullable(),
  }),
);
export type Device = z.infer<typeof devicesSchema>[number];

export const triggersSchema = z.array(z.looseObject({ domain: z.string(), type: z.string(), subtype: z.string().optional() }));
export type DeviceTrigger = z.infer<typeof triggersSchema>[number];

export const issuesSchema = z.looseObject({
  issues: z.array(z.looseObject({ domain: z.string(), issue_id: z.string(), translation_key: z.string().nullable() })),
});
export type Issue = z.infer<typeof issuesSchema>['issues'][number];

export const entriesSchema = z.array(z.looseObject({ entry_id: z.string(), domain: z.string(), state: z.string(), title: z.string() }));
