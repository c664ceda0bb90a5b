/** Tells when the limit of a supply begins to dim its strips, and when that is over. */
import type { SupplyStatus } from '../light/supply.ts';
import type { FromRenderer } from './messages.ts';

export class PowerTeller {
  readonly #post: (message: FromRenderer) => void;
  /** Supplies that were told as limiting, as they were last. */
  readonly #limiting = new Map<string, SupplyStatus>();

  constructor(post: (message: FromRenderer) => void) {
    this.#post = post;
  }

  /** Call after every frame. */
  framed(supplies: readonly SupplyStatus[]): void {
    for (const supply of supplies) {
      if (supply.limiting === this.#limiting.has(supply.id)) continue;
      if (supply.limiting) this.#limiting.set(supply.id, supply);
      else this.#limiting.delete(supply.id);
      this.#tell(supply, supply.limiting);
    }
  }

  /** A supply that a reload has taken away limits nothing any more. */
  keep(present: readonly SupplyStatus[]): void {
    for (const [id, gone] of this.#limiting) {
      if (present.some((supply) => supply.id === id)) continue;
      this.#limiting.delete(id);
      this.#tell(gone, false);
    }
  }

  #tell({ id, limitMa, wantedMa }: SupplyStatus, limiting: boolean): void {
    this.#post({ kind: 'power', supply: id, limiting, limitMa, wantedMa });
  }
}
