/** The payload of `diuna/info` (protocol §6): what there is to command. Pure. */

import type { Catalog } from '../model/catalog.ts';
import { BATCH_LIMIT } from '../model/command.ts';

export interface Limits {
  readonly commandBytes: number;
  readonly inbox: number;
  readonly requestIds: number;
  readonly fps: number;
}

export const PROTOCOL_VERSION = 1;

export function buildInfo(catalog: Catalog, version: string, limits: Limits): Record<string, unknown> {
  const zones = [...catalog.zones].map(([id, { name, length, colorModes }]) => [id, { name, length, color_modes: colorModes }]);
  const groups = [...catalog.groups].map(([id, group]) => [id, { name: group.name, zones: group.zones }]);
  return {
    name: 'diuna',
    version,
    protocol: PROTOCOL_VERSION,
    zones: Object.fromEntries(zones),
    groups: Object.fromEntries(groups),
    effects: catalog.effects.map(({ id, name, aliases, parameters }) => ({ id, name, aliases, parameters })),
    palettes: catalog.palettes,
    scenes: [],
    playlists: [],
    schedules: [],
    limits: {
      command_bytes: limits.commandBytes,
      batch_commands: BATCH_LIMIT,
      inbox: limits.inbox,
      request_ids_per_client: limits.requestIds,
      state_publishes_per_second: 20,
      fps: limits.fps,
    },
  };
}
