/** What Home Assistant is told of this installation, gathered from its configuration and what it can do. Pure. */
import type { Catalog } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import type { ColorMode } from '../model/state.ts';
import type { Topics } from '../model/topics.ts';

/** A zone, a group of them, or all: what can be lit. */
export interface Lit {
  readonly id: string;
  readonly name: string;
  /** Those that all its zones have. */
  readonly colorModes: readonly ColorMode[];
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Installation {
  /** Of the device; entities bear it before their own names. */
  readonly name: string;
  readonly version: string;
  readonly topics: Topics;
  readonly zones: readonly Lit[];
  /** Groups, and `all` where that is more than one zone. */
  readonly groups: readonly Lit[];
  /** Ids, as a state names them, in the order of the alphabet: lists there have no search. */
  readonly effects: readonly string[];
  readonly palettes: readonly string[];
  readonly knobs: readonly Named[];
  readonly strips: readonly Named[];
  /** Strips are dimmed where their supply gives no more. */
  readonly limitsPower: boolean;
  readonly machine: MachineFacts;
}

/** What depends on where the daemon runs and not on its configuration. */
export interface MachineFacts {
  /** Somebody would start the daemon again. */
  readonly canRestart: boolean;
  readonly tellsTemperature: boolean;
  /** The broker is ours: only then is it known who is connected. */
  readonly countsClients: boolean;
}

/** @param topics of this run, which a reload does not change. */
export function installationOf(config: Config, catalog: Catalog, topics: Topics, version: string, machine: MachineFacts): Installation {
  const zones = [...catalog.zones.values()].map(({ id, name, colorModes }) => ({ id, name: name === id ? nameOf(id) : name, colorModes }));
  const groups = [...catalog.groups.values()].map(({ id, name, zones: members }) => {
    return { id, name: name === id ? nameOf(id) : name, colorModes: sharedModes(zones.filter((zone) => members.includes(zone.id))) };
  });
  const all = zones.length > 1 ? [{ id: 'all', name: 'All', colorModes: sharedModes(zones) }] : [];
  return {
    name: config.home_assistant.name,
    version,
    topics,
    zones,
    groups: [...all, ...groups],
    effects: catalog.effects.map(({ id }) => id).sort(),
    palettes: catalog.palettes.map(({ id }) => id).sort(),
    knobs: Object.keys(config.knobs).map((id) => ({ id, name: nameOf(id) })),
    strips: Object.keys(config.strips).map((id) => ({ id, name: nameOf(id) })),
    limitsPower: Object.keys(config.supplies).length > 0,
    machine,
  };
}

/** White that not all of them have nobody can set for all of them. */
function sharedModes(zones: readonly Lit[]): readonly ColorMode[] {
  const isWhite = zones.every(({ colorModes }) => colorModes.includes('rgbw'));
  const color: ColorMode = isWhite ? 'rgbw' : 'rgb';
  const others = (zones[0]?.colorModes ?? []).filter((mode) => mode === 'color_temp');
  return [color, ...others.filter((mode) => zones.every(({ colorModes }) => colorModes.includes(mode)))];
}

/** `reading_lamp` is Reading lamp. */
function nameOf(id: string): string {
  const words = id.replaceAll(/[_-]+/g, ' ').trim();
  return words === '' ? id : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
