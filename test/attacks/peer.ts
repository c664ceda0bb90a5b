/**
 * A client that keeps no rules: writes any bytes, acknowledges when told to, may stop reading. What it writes waits for the
 * socket, so that an attacker never holds more than a few megabytes itself.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type IConnectPacket, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { nowMs, sleep } from '../bench/harness/clock.ts';
import { PASSWORD, type Target } from './attack.ts';

const ANSWER_MS = 5000;
const CHUNK_BYTES = 65_536;

export interface PeerOptions {
  /** Any address of 127.0.0.0/8. */
  readonly from?: string;
  readonly acknowledges?: boolean;
  /** Keeps the packets that it hears, but for PUBACK; else it only counts messages. */
  readonly keeps?: boolean;
}

export class Peer {
  readonly socket: Socket;
  readonly heard: Packet[] = [];
  messages = 0;
  pubacks = 0;
  closed = false;

  constructor({ port }: Pick<Target, 'port'>, { from = '127.0.0.1', acknowledges = true, keeps = true }: PeerOptions = {}) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
    });
    const stream = parser({ protocolVersion: 4 });
    stream.on('error', () => this.socket.destroy());
    stream.on('packet', (packet: Packet) => {
      if (packet.cmd === 'puback') this.pubacks += 1;
      else if (packet.cmd === 'publish') {
        this.messages += 1;
        if (packet.qos === 1 && acknowledges) this.socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
        if (keeps) this.heard.push(packet);
      } else this.heard.push(packet);
    });
    this.socket.on('data', (bytes) => void stream.parse(bytes));
  }

  /** @returns a client that was let in. @throws where it was not. */
  static async join(target: Target, clientId: string, options: PeerOptions & LoginOptions = {}): Promise<Peer> {
    const peer = new Peer(target, options);
    const code = await peer.login(target, clientId, options);
    if (code !== 0) throw new Error(`${clientId} was not let in: ${code}`);
    return peer;
  }

  /** @returns the CONNACK's code; -1 where there is none. */
  async login(target: Target, clientId: string, { user = 'owner', clean = true, will }: LoginOptions = {}): Promise<number> {
    const login = target.users ? { username: user, password: Buffer.from(PASSWORD) } : {};
    const last = will === undefined ? {} : { will: { topic: will, payload: Buffer.from('x'), qos: 0 as const, retain: false } };
    this.socket.write(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean, clientId, keepalive: 0, ...login, ...last }),
    );
    const connack = await this.hear('connack');
    return connack?.cmd === 'connack' ? (connack.returnCode ?? -1) : -1;
  }

  get sessionPresent(): boolean {
    const connack = this.heard.find(({ cmd }) => cmd === 'connack');
    return connack?.cmd === 'connack' && connack.sessionPresent;
  }

  /** Resolves when the socket has taken it, or has ended. */
  async write(bytes: Buffer): Promise<void> {
    if (this.closed || this.socket.write(bytes)) return;
    while (!this.closed && this.socket.writableNeedDrain) await sleep(2);
  }

  /** Many packets, a chunk at a time. @returns how many were written by then. */
  async pour(packets: Iterable<Buffer>, untilMs: number): Promise<number> {
    let waiting: Buffer[] = [];
    let bytes = 0;
    let written = 0;
    for (const packet of packets) {
      waiting.push(packet);
      bytes += packet.length;
      written += 1;
      if (bytes < CHUNK_BYTES) continue;
      if (this.closed || nowMs() > untilMs) return written;
      await this.write(Buffer.concat(waiting));
      [waiting, bytes] = [[], 0];
    }
    await this.write(Buffer.concat(waiting));
    return written;
  }

  /** @returns what was granted of each filter; `[]` where there was no answer. */
  async subscribe(filters: readonly string[], qos: 0 | 1 = 0, limitMs = ANSWER_MS): Promise<readonly number[]> {
    const before = this.heard.filter(({ cmd }) => cmd === 'suback').length;
    await this.write(generate({ cmd: 'subscribe', messageId: 7, subscriptions: filters.map((topic) => ({ topic, qos })) }));
    const suback = await this.hear('suback', before, limitMs);
    return suback?.cmd === 'suback' ? suback.granted.map(Number) : [];
  }

  /** @returns the first packet of a kind after so many others, or `null` where none comes. */
  async hear(cmd: Packet['cmd'], after = 0, limitMs = ANSWER_MS): Promise<Packet | null> {
    const find = () => this.heard.filter((packet) => packet.cmd === cmd)[after];
    await within(limitMs, () => this.closed || find() !== undefined);
    return find() ?? null;
  }

  get texts(): readonly IPublishPacket[] {
    return this.heard.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
  }

  end(): void {
    this.socket.destroy();
  }

  async gone(): Promise<void> {
    this.socket.destroy();
    if (!this.closed) await once(this.socket, 'close');
  }
}

export interface LoginOptions {
  readonly user?: 'owner' | 'guest';
  readonly clean?: boolean;
  readonly will?: NonNullable<IConnectPacket['will']>['topic'];
}

/** @returns whether it came true in time. */
export async function within(limitMs: number, condition: () => boolean): Promise<boolean> {
  const end = nowMs() + limitMs;
  while (!condition()) {
    if (nowMs() > end) return false;
    await sleep(5);
  }
  return true;
}

/** A PUBLISH; of QoS 1 where it has an id. */
export function message(topic: string, payload: string | Buffer, { id = 0, retain = false } = {}): Buffer {
  const packet = { cmd: 'publish', topic, payload, retain, dup: false } as const;
  return generate(id === 0 ? { ...packet, qos: 0 } : { ...packet, qos: 1, messageId: id });
}

export function* times(amount: number, make: (index: number) => Buffer): Iterable<Buffer> {
  for (let index = 0; index < amount; index += 1) yield make(index);
}
