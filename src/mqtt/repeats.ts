/**
 * Tells a QoS 2 message that its client sends again, not knowing that it arrived, from a new one [MQTT-4.3.3-2]. Aedes
 * looks only after it has asked who may publish, which is where a command happens: there it must happen once.
 */
import type { Aedes, Client, PublishPacket } from 'aedes';
import { sink } from './sink.ts';

export interface Arrivals {
  /** Resolves where the packet waits for its release, rejects where it is not known. */
  incomingGetPacket(client: Client, packet: PublishPacket): Promise<unknown>;
}

/** Part of aedes' store, which its types leave out. */
export function arrivalsOf(aedes: Aedes): Arrivals {
  return (aedes as Aedes & { readonly persistence: Arrivals }).persistence;
}

export class Repeats {
  readonly #arrivals: () => Arrivals;
  /** Messages that are being admitted, and so not among the arrivals yet, with whom to tell then: at most as many as commands wait. */
  readonly #underWay = new Map<string, (() => void)[]>();

  constructor(arrivals: () => Arrivals) {
    this.#arrivals = arrivals;
  }

  /** Calls `admit` for a message that is new, `done` once it or a repeated one may be acknowledged. */
  pass(client: Client, packet: PublishPacket, admit: (done: () => void) => void, done: () => void): void {
    if (packet.qos !== 2 || packet.messageId === undefined) return admit(done);
    if (packet.dup) return void this.#passRepeated(client, packet, admit, done);
    this.#passNew(client, packet, admit, done);
  }

  async #passRepeated(client: Client, packet: PublishPacket, admit: (done: () => void) => void, done: () => void): Promise<void> {
    const waiting = this.#underWay.get(key(client, packet));
    if (waiting === undefined && !(await this.#hasArrived(client, packet))) return this.#passNew(client, packet, admit, done);
    sink(packet);
    if (waiting === undefined) done();
    else waiting.push(done); // an acknowledgement means decided
  }

  #passNew(client: Client, packet: PublishPacket, admit: (done: () => void) => void, done: () => void): void {
    const underWay = key(client, packet);
    const waiting: (() => void)[] = [];
    this.#underWay.set(underWay, waiting);
    admit(() => {
      setImmediate(() => {
        this.#underWay.delete(underWay); // by then it is among the arrivals
        for (const tell of waiting) tell();
      });
      done();
    });
  }

  async #hasArrived(client: Client, packet: PublishPacket): Promise<boolean> {
    try {
      await this.#arrivals().incomingGetPacket(client, packet);
      return true;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      return false;
    }
  }
}

function key(client: Client, { messageId }: PublishPacket): string {
  return `${client.id}\0${messageId}`;
}
