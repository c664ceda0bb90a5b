/**
 * What is stored of a session goes out before anything new, and once: what was published while the client connected is
 * stored and delivered as well. Says when the last of it has gone, and what aedes let go without sending it.
 */
import type { StoredPacket } from './private-parts.ts';

type Numbered = Pick<Partial<StoredPacket>, 'brokerId' | 'brokerCounter'>;

export class Replay {
  /** By number, whether it was sent; until aedes is done with it. */
  readonly #taken = new Map<string, boolean>();
  /** At most as many as a session may hold; cleared when new messages go out that came after. */
  readonly #had = new Set<string>();
  #isOpen = false;

  get isUnderWay(): boolean {
    return this.#isOpen || this.#taken.size > 0;
  }

  begin(): void {
    this.#isOpen = true;
  }

  take(packet: StoredPacket): void {
    if (packet.cmd === 'pubrel') return; // a release [MQTT-4.3.3]: nothing is told of it
    this.#taken.set(numberOf(packet), false);
    this.#had.add(numberOf(packet));
  }

  /** @returns true */
  sent(packet: Numbered): true {
    if (this.#taken.has(numberOf(packet))) this.#taken.set(numberOf(packet), true);
    return true;
  }

  settle(packet: Numbered): 'sent' | 'not sent' | 'unknown' {
    const sent = this.#taken.get(numberOf(packet));
    this.#taken.delete(numberOf(packet));
    return sent === undefined ? 'unknown' : sent ? 'sent' : 'not sent';
  }

  end(): void {
    this.#isOpen = false;
  }

  /** Whether a message that waited went out with the session. The first that did not ends the overlap. */
  had(packet: Numbered): boolean {
    const had = this.#had.delete(numberOf(packet));
    if (!had) this.#had.clear();
    return had;
  }
}

/** A message's number among all of all runs of the broker. */
function numberOf({ brokerId, brokerCounter }: Numbered): string {
  return `${brokerId} ${brokerCounter}`;
}
