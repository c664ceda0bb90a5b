/**
 * A strip on the network that listens to the Distributed Display Protocol, such as WLED. Bytes go out in the order that
 * the layout gives, and DDP's own is RGB or RGBW. UDP tells nothing of arrival: taken means handed to the network.
 *
 * What a network says back (nobody listens, no way there) counts as a fault only when it lasts, as it is normal while a
 * controller starts: at least three times in a row, for two seconds or more. Hosts limit how often they say it, commonly
 * to once a second, so that a row ends only after five seconds without.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { StripFrame } from '../../light/stage.ts';
import type { LoopClock } from '../loop-clock.ts';
import { DdpPackets } from './ddp-packets.ts';
import type { Output, Taken } from './output.ts';
import { OutputError } from './output-error.ts';

const LASTING_COUNT = 3;
const LASTING_MS = 2000;
const ROW_ENDS_MS = 5000;
const PASSING = new Set(['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ENOBUFS']);

export interface DdpOptions {
  readonly strip: string;
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  readonly host: string;
  readonly port: number;
  /** WLED shows its own picture again after 2.5 s without packets. */
  readonly refreshMs?: number;
}

export class DdpOutput implements Output {
  readonly strips: readonly string[];
  readonly wireMs = 0;
  /** A thousand frames a second are more than any receiver shows. */
  readonly gapMs = 1;
  readonly refreshMs: number;
  /** Longer than the refresh, so that a host has had the time to say that nobody listens. */
  readonly settleMs: number;
  readonly #options: DdpOptions;
  readonly #clock: LoopClock;
  readonly #packets: DdpPackets;
  #socket: Socket | null = null;
  #unsent = 0;
  #fault: OutputError | null = null;
  #taken: Taken = () => undefined;
  #rowCount = 0;
  #rowStartMs = 0;
  #rowLastMs = Number.NEGATIVE_INFINITY;
  #onPacket: (error: Error | null) => void = () => undefined;

  constructor(options: DdpOptions, clock: LoopClock) {
    this.#options = options;
    this.#clock = clock;
    this.strips = [options.strip];
    this.refreshMs = options.refreshMs ?? 1000;
    this.settleMs = this.refreshMs + 500;
    this.#packets = new DdpPackets(options.leds * options.componentsPerLed, options.componentsPerLed);
  }

  /** Looks the host up once. A connected socket asks no resolver again and hears what the network says back. */
  async open(signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void> {
    const { host, port } = this.#options;
    const { address, family } = await this.#resolve();
    signal.throwIfAborted();
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    // Made once a socket: what an older one still had under way does not count for this one.
    this.#onPacket = (error) => {
      if (this.#socket === socket) this.#packetLeft(error);
    };
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    }).catch((cause: unknown) => {
      throw new OutputError('ddp_unreachable', `cannot reach ${host}: ${text(cause)}`, `Check the network and the address ${host}.`, cause);
    });
    socket.on('error', (error) => {
      const fault = this.#judge(error);
      if (fault !== null) onFault(fault);
    });
  }

  send(frames: readonly StripFrame[], taken: Taken): void {
    const [frame] = frames;
    const socket = this.#socket;
    if (frame === undefined || socket === null) {
      taken(new OutputError('ddp_closed', 'the socket is closed', 'It is opened again by itself.'));
      return;
    }
    this.#packets.fill(frame.bytes);
    this.#taken = taken;
    this.#fault = null;
    this.#unsent = this.#packets.packets.length;
    for (const packet of this.#packets.packets) socket.send(packet, this.#onPacket);
  }

  async close({ off }: { readonly off: boolean }): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    if (off) await this.#darken(socket);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  async #darken(socket: Socket): Promise<void> {
    this.#packets.fill(new Uint8Array(this.#options.leds * this.#options.componentsPerLed));
    await Promise.all(this.#packets.packets.map((packet) => new Promise<void>((resolve) => socket.send(packet, () => resolve()))));
  }

  async #resolve(): Promise<{ address: string; family: number }> {
    const { host } = this.#options;
    try {
      return await lookup(host);
    } catch (cause) {
      throw new OutputError(
        'ddp_unknown_host',
        `cannot find the host ${host}: ${text(cause)}`,
        `Check the name ${host}, or give its IP address.`,
        cause,
      );
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
    const { host, port } = this.#options;
    return code === 'ECONNREFUSED'
      ? new OutputError(
          'ddp_refused',
          `${host} does not listen on UDP port ${port}`,
          'Switch the controller on and let it receive DDP on this port.',
          error,
        )
      : new OutputError('ddp_unreachable', `cannot send to ${host}: ${text(error)}`, `Check the network and the address ${host}.`, error);
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
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
