/** One entity or trigger as a device's discovery message describes it, and how it comes by its ids. Pure. */

/** Keys and values as Home Assistant's MQTT integration documents them for each platform. */
export interface Component {
  readonly platform: Platform;
  readonly [key: string]: unknown;
}

export type Platform = 'light' | 'select' | 'number' | 'button' | 'event' | 'device_automation' | 'sensor' | 'binary_sensor';

/** By object id, which names a component within its device. */
export type Components = Readonly<Record<string, Component>>;

/** What this installation is known by: it stays when names change. */
export interface Identity {
  /** `[A-Za-z0-9_-]+`; no other installation on the same broker has it. */
  readonly node: string;
}

/**
 * Two base topics never give one node: what may not stand in an id is `_` and its code, so `_` itself is doubled.
 * @param base topic levels
 */
export function nodeOf(base: string): string {
  return base.replaceAll(/[^A-Za-z0-9-]/gu, (character) =>
    character === '_' ? '__' : `_${(character.codePointAt(0) ?? 0).toString(16)}-`,
  );
}

export interface Naming {
  readonly platform: Exclude<Platform, 'device_automation'>;
  /** Names the component within the device; never changes. */
  readonly key: string;
  /** What entity ids are made of, behind the node. */
  readonly slug: string;
  /** Behind the name of the device. */
  readonly name: string;
}

/** What every entity of ours has. QoS 1: a command of Home Assistant's is acknowledged once it is durable. */
export function entity({ node }: Identity, { platform, key, slug, name }: Naming, more: Readonly<Record<string, unknown>>): Component {
  const id = `${node}_${slug}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  return { platform, unique_id: `${node}_${key}`, default_entity_id: `${platform}.${id}`, name, qos: 1, ...more };
}
