/** What this installation can do: the part of `diuna/info` that decisions need. Built once from the config and the effects that are there. */
import type { ZoneId } from './ids.ts';
import type { ColorMode } from './state.ts';

/** How an effect declares one of its parameters, for `diuna/info`, Home Assistant, the command line and the page. */
export interface ParameterDeclaration {
  /** An empty list of colours is the zone's own colour. */
  readonly default: number | string | boolean | readonly string[];
  readonly min?: number;
  /** Of a list: the most entries. */
  readonly max?: number;
  /** What the value means in this effect. */
  readonly meaning: string;
}

export interface EffectDeclaration {
  /** Kebab case: `fire-2012`. */
  readonly id: string;
  readonly name: string;
  /** Other names that users of other firmware type. */
  readonly aliases: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
}

export interface PaletteDeclaration {
  readonly id: string;
  readonly name: string;
  /** A few of its colours, `#rrggbb`, for a picture of it. */
  readonly colors: readonly string[];
}

export interface ZoneDeclaration {
  readonly id: ZoneId;
  readonly name: string;
  /** LEDs. */
  readonly length: number;
  readonly colorModes: readonly ColorMode[];
}

/** A name for several zones, beside `all`. */
export interface GroupDeclaration {
  readonly id: string;
  readonly name: string;
  /** Ids, each once. */
  readonly zones: readonly string[];
}

export interface Catalog {
  readonly zones: ReadonlyMap<string, ZoneDeclaration>;
  /** No id of a zone is one of a group. */
  readonly groups: ReadonlyMap<string, GroupDeclaration>;
  readonly effects: readonly EffectDeclaration[];
  readonly palettes: readonly PaletteDeclaration[];
}
