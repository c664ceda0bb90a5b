/**
 * Which clients are bridges of another broker: Mosquitto's say so in the protocol level of their CONNECT (`try_private`), where they
 * do not speak version 5. Behind a bridge stand many: what one of them caused the others want to hear, so no echo is held back;
 * and aedes gives a bridge what it is owed beyond that: its own messages never come back, and what is retained is marked as such.
 */
import type { Client, ConnectPacket } from 'aedes';

export class Bridges {
  readonly #clients = new WeakSet<Client>();

  /** Looks at a CONNECT. */
  note(client: Client, packet: ConnectPacket & { readonly bridgeMode?: boolean }): void {
    if (packet.bridgeMode === true) this.#clients.add(client);
  }

  has(client: Client): boolean {
    return this.#clients.has(client);
  }
}
