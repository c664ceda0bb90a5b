/**
 * Gives each client a message once, where several of its filters match. Aedes does that by the message's number and
 * takes a lower one for a repetition; but messages overtake each other on their way (a retained one waits for its
 * store, one of QoS 0 for nothing), and the overtaken were never delivered. Here only the number of the last one is a
 * repetition: all deliveries of a message to a client happen in one turn.
 */
import type { Client } from 'aedes';

export class EachOnce {
  readonly #repeating = new WeakSet<Client>();

  /** Takes aedes' own memory of what a client was given; called before it has a subscription. @param brokerId of aedes. */
  watch(client: Client, brokerId: string): void {
    let last = 0;
    const memory = Object.defineProperty(Object.create(null), brokerId, {
      get: () => 0, // every message counts as new there
      set: (number: number) => {
        if (number === last) this.#repeating.add(client);
        last = number;
      },
    });
    Object.assign(client, { duplicates: memory });
  }

  /** Asked once for each delivery, directly after aedes has noted its number. */
  isRepeated(client: Client): boolean {
    return this.#repeating.delete(client);
  }
}
