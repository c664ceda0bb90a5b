/** Tells when the limit of a supply begins to dim its strips, and when that is over. */
import type { SupplyStatus } from '../light/supply.ts';
import type { FromRenderer } from './messages.ts';

export class PowerTeller {
  readonly #post: (message: FromRenderer) => void;
  /** Supplies that were told as limiting. */
  readonly #limiting = new Set<string>();

  constructor(post: (message: FromRenderer) => void) {
    this.#post = post;
  }

  /** Call after every frame. */
  framed(supplies: readonly SupplyStatus[]): void {
    for (const supply of supplies) {
      if (supply.limiting === this.#limiting.has(supply.id)) continue;
      const { id, limiting, limitMa, wantedMa } = supply;
      if (limiting) this.#limiting.add(id);
      else this.#limiting.delete(id);
      this.#post({ kind: 'power', supply: id, limiting, limitMa, wantedMa });
    }
  }

  /** Of supplies that a reload has taken away nothing is over: they are gone. */
  forget(present: readonly SupplyStatus[]): void {
    const ids = new Set(present.map(({ id }) => id));
    for (const id of this.#limiting) if (!ids.has(id)) this.#limiting.delete(id);
  }
}
