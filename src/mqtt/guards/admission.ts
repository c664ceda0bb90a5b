/**
 * How many connections there may be, in all and from one address (of IPv6: one network of 64 bits). Counted here, from open to close: aedes' own count
 * drifts after malformed connections.
 */
import type { Duplex } from 'node:stream';
import { addressGroup } from '../../core/access/address-group.ts';
import type { MqttLimits } from '../../model/config-limits.ts';
import type { Tally } from './tally.ts';

export class Admission {
  readonly #limits: MqttLimits;
  readonly #tally: Tally;
  readonly #perAddress = new Map<string, number>();
  #open = 0;

  constructor(limits: MqttLimits, tally: Tally) {
    this.#limits = limits;
    this.#tally = tally;
  }

  /** @returns false where the connection was refused, and so destroyed. */
  enter(connection: Duplex, address: string): boolean {
    const group = addressGroup(address);
    const here = this.#perAddress.get(group) ?? 0;
    if (this.#open >= this.#limits.connections) return this.#refuse('connections', connection, address, this.#limits.connections);
    if (here >= this.#limits.connections_per_address)
      return this.#refuse('connections_per_address', connection, address, this.#limits.connections_per_address);
    this.#open += 1;
    this.#perAddress.set(group, here + 1);
    connection.once('close', () => this.#leave(group));
    return true;
  }

  #leave(address: string): void {
    this.#open -= 1;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }

  #refuse(guard: 'connections' | 'connections_per_address', connection: Duplex, address: string, limit: number): false {
    connection.on('error', () => undefined); // a reset on the way out is nobody's business
    connection.destroy();
    this.#tally.note(guard, { client: null, address }, `${limit} connections are open`);
    return false;
  }
}
