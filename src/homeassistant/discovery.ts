/** The one retained message by which Home Assistant learns of this installation, as one device. Pure. */
import { type Components, type Identity, nodeOf } from './component.ts';
import type { Installation } from './installation.ts';
import { knobComponents } from './knob-components.ts';
import { systemComponents } from './system-components.ts';
import { groupComponents, zoneComponents } from './zone-components.ts';

export interface Discovery {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, unknown>>;
  readonly availability: readonly Readonly<Record<string, unknown>>[];
  readonly components: Components;
}

export function discoveryTopic(prefix: string, base: string): string {
  return `${prefix}${discoveryEnd(base)}`;
}

/** What stands behind the prefix. */
export function discoveryEnd(base: string): string {
  return `/device/${nodeOf(base)}/config`;
}

export function buildDiscovery(installation: Installation): Discovery {
  const { topics, name, version, zones, groups, knobs } = installation;
  const identity: Identity = { node: nodeOf(topics.base) };
  const parts: Components[] = [
    ...zones.map((zone) => zoneComponents(identity, zone, installation)),
    ...groups.map((group) => groupComponents(identity, group, installation)),
    ...knobs.map((knob) => knobComponents(identity, knob, topics)),
    systemComponents(identity, installation),
  ];
  return {
    device: { identifiers: [`diuna_${identity.node}`], name, manufacturer: 'diuna', model: 'LED strips and knobs', sw_version: version },
    origin: { name: 'diuna', sw_version: version },
    availability: [{ topic: topics.status, payload_available: 'online', payload_not_available: 'offline' }],
    components: Object.assign({}, ...parts),
  };
}
