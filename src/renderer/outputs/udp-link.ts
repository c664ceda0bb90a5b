/**
 * One UDP socket for the packets of an output: to one host, or to multicast groups. UDP tells nothing of arrival: taken
 * means handed to the network.
 *
 * What a network says back (nobody listens, no way there) counts as a fault only when it lasts, as it is normal while a
 * controller starts: at least three times in a row, for two seconds or more. Hosts limit how often they say it, commonly
 * to once a second, so that a row ends only after five seconds without.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { LoopClock } from '../loop-clock.ts';
import type { Taken } from './output.ts';
import { OutputError } from './output-error.ts';

const LASTING_COUNT = 3;
const LASTING_MS = 2000;
const ROW_ENDS_MS = 5000;
const PASSING = new Set(['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ENOBUFS']);

export interface UdpTarget {
  /** As codes of faults begin with it, and as people call it. */
  readonly protocol: { readonly code: string; readonly name: string };
  readonly port: number;
  readonly to:
    | { readonly host: string }
    /** Groups: one for each packet of a frame. @param via address of the interface; null leaves the choice to the system. */
    | { readonly groups: readonly string[]; readonly via: string | null };
}

export class UdpLink {
  readonly #target: UdpTarget;
  readonly #clock: LoopClock;
  readonly #groups: readonly string[];
  #socket: Socket | null = null;
  #unsent = 0;
  #fault: OutputError | null = null;
  #taken: Taken = () => undefined;
  #rowCount = 0;
  #rowStartMs = 0;
  #rowLastMs = Number.NEGATIVE_INFINITY;
  #onPacket: (error: Error | null) => void = () => undefined;

  constructor(target: UdpTarget, clock: LoopClock) {
    this.#target = target;
    this.#clock = clock;
    this.#groups = 'groups' in target.to ? target.to.groups : [];
  }

  /** Whether packets are on their way to the network. */
  get busy(): boolean {
    return this.#unsent > 0;
  }

  /** Looks the host up once. A connected socket asks no resolver again and hears what the network says back. @throws OutputError */
  async open(signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void> {
    const { to } = this.#target;
    const { address, family } = 'host' in to ? await this.#resolve(to.host) : { address: null, family: 4 };
    signal.throwIfAborted();
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    this.#unsent = 0;
    // Made once a socket: what an older one still had under way does not count for this one.
    this.#onPacket = (error) => {
      if (this.#socket === socket) this.#packetLeft(error);
    };
    try {
      await this.#ready(socket, address);
    } catch (cause) {
      if (this.#socket === socket) socket.close();
      this.#socket = null; // nothing can be said by it, not even farewell
      throw this.#unreachable('reach', cause);
    }
    socket.on('error', (error) => {
      const fault = this.#judge(error);
      if (fault !== null) onFault(fault);
    });
  }

  /** @param taken called when the last one has left. Packets sent before may still be under way: then it waits for them, too. */
  send(packets: readonly Uint8Array[], taken: Taken): void {
    const socket = this.#socket;
    if (socket === null) {
      taken(new OutputError(`${this.#target.protocol.code}_closed`, 'the socket is closed', 'It is opened again by itself.'));
      return;
    }
    this.#taken = taken;
    if (this.#unsent === 0) this.#fault = null;
    this.#unsent += packets.length;
    this.#post(socket, packets, this.#onPacket);
  }

  /** @param farewell is given a last chance to send. */
  async close(farewell: (send: (packets: readonly Uint8Array[]) => Promise<void>) => Promise<void>): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    await farewell((packets) => this.#leave(socket, packets));
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #post(socket: Socket, packets: readonly Uint8Array[], left: (error: Error | null) => void): void {
    for (let index = 0; index < packets.length; index += 1) {
      const packet = packets[index];
      if (packet === undefined) continue;
      const group = this.#groups[index];
      if (group === undefined) socket.send(packet, left);
      else socket.send(packet, this.#target.port, group, left);
    }
  }

  async #leave(socket: Socket, packets: readonly Uint8Array[]): Promise<void> {
    let unsent = packets.length;
    await new Promise<void>((resolve) => {
      this.#post(socket, packets, () => {
        unsent -= 1;
        if (unsent === 0) resolve();
      });
    });
  }

  async #ready(socket: Socket, address: string | null): Promise<void> {
    const { to, port } = this.#target;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const ready = () => {
        socket.off('error', reject);
        resolve();
      };
      if (address === null) return void socket.bind(0, ready);
      socket.once('connect', ready); // a callback would be called where it fails, too, and keep the error from being told
      socket.connect(port, address);
    });
    if ('via' in to && to.via !== null) socket.setMulticastInterface(to.via);
  }

  async #resolve(host: string): Promise<{ address: string; family: number }> {
    try {
      return await lookup(host);
    } catch (cause) {
      const code = `${this.#target.protocol.code}_unknown_host`;
      throw new OutputError(code, `cannot find the host ${host}: ${text(cause)}`, `Check the name ${host}, or give its IP address.`, cause);
    }
  }

  #packetLeft(error: Error | null): void {
    if (error !== null) this.#fault = this.#judge(error) ?? this.#fault;
    this.#unsent -= 1;
    if (this.#unsent === 0) this.#taken(this.#fault);
  }

  /** @returns null while it may pass. */
  #judge(error: Error): OutputError | null {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (PASSING.has(code) && !this.#lasts()) return null;
    const { protocol, to, port } = this.#target;
    if (code !== 'ECONNREFUSED' || !('host' in to)) return this.#unreachable('send to', error);
    const cure = `Switch the controller on and let it receive ${protocol.name} on this port.`;
    return new OutputError(`${protocol.code}_refused`, `${to.host} does not listen on UDP port ${port}`, cure, error);
  }

  #lasts(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#rowLastMs > ROW_ENDS_MS) {
      this.#rowCount = 0;
      this.#rowStartMs = nowMs;
    }
    this.#rowCount += 1;
    this.#rowLastMs = nowMs;
    return this.#rowCount >= LASTING_COUNT && nowMs - this.#rowStartMs >= LASTING_MS;
  }

  #unreachable(doing: string, cause: unknown): OutputError {
    const { protocol, to } = this.#target;
    const [whom, cure] =
      'host' in to
        ? [to.host, `Check the network and the address ${to.host}.`]
        : ['the network by multicast', 'Check the network and interface, or give the host of the controller.'];
    return new OutputError(`${protocol.code}_unreachable`, `cannot ${doing} ${whom}: ${text(cause)}`, cure, cause);
  }
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
