/** The effects and palettes that there are: those of this version, and the user's own. A value: others make another library. */
import type { Components } from '../model/color.ts';
import type { ZoneTarget } from '../model/state.ts';
import type { PaletteLayout } from '../model/strip-layout.ts';
import type { Effect } from './effects/effect.ts';
import { builtInEffect } from './effects/registry.ts';
import { solid } from './effects/solid.ts';
import type { Stop } from './gradient.ts';
import { builtInStops } from './palettes.ts';

/** Effects of the user's by id; those of this version cannot be replaced. */
export type OwnEffects = ReadonlyMap<string, Effect>;

export class Library {
  readonly #effects: OwnEffects;
  readonly #palettes: ReadonlyMap<string, readonly Stop[]>;

  constructor(effects: OwnEffects, palettes: readonly PaletteLayout[]) {
    this.#effects = effects;
    this.#palettes = new Map(palettes.map(({ id, stops }) => [id, stops]));
  }

  /** The effect that a target names; the solid colour where none runs, or one that is not there. */
  effectOf(id: string): Effect {
    return builtInEffect(id) ?? this.#effects.get(id) ?? solid;
  }

  /** Whether a target's effect and palette are the same in both. */
  showsAs(other: Library, { effect: id, palette, colors }: Pick<ZoneTarget, 'effect' | 'palette' | 'colors'>): boolean {
    const effect = this.effectOf(id);
    if (effect !== other.effectOf(id)) return false;
    const stops = (library: Library) => JSON.stringify(library.paletteStops(palette, effect.ownPalette, colors));
    return stops(this) === stops(other);
  }

  /**
   * A palette of the user's comes before one of this version with the same id.
   * @param own the palette that the effect takes for `default`, and for one that is not there.
   * @param colors the zone's, at least one.
   */
  paletteStops(id: string, own: string, colors: readonly Components[]): readonly Stop[] {
    return this.#stopsOf(id, colors) ?? this.#stopsOf(own, colors) ?? builtInStops('color-1', colors) ?? [];
  }

  #stopsOf(id: string, colors: readonly Components[]): readonly Stop[] | undefined {
    return this.#palettes.get(id) ?? builtInStops(id, colors);
  }
}
