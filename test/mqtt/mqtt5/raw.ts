/** A bare socket that speaks MQTT 5 packet by packet, for what no well-behaved client sends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { until } from '../../support/until.ts';

const VERSION_5 = { protocolVersion: 5 };

export class RawClient5 {
  readonly received: Packet[] = [];
  readonly #socket: Socket;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const parser = mqttPacket.parser(VERSION_5);
    parser.on('packet', (packet) => this.received.push(packet));
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined); // a reset is one way to be told to leave
    socket.on('close', () => {
      this.#closed = true;
    });
  }

  static async open(port: number): Promise<RawClient5> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawClient5(socket);
  }

  async connect(options: Partial<IConnectPacket> = {}): Promise<void> {
    this.say(connectPacket(options));
    await this.hear('connack');
  }

  say(...packets: readonly Packet[]): void {
    this.bytes(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet, VERSION_5))));
  }

  bytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Waits for the n-th packet of a kind. */
  async hear<C extends Packet['cmd']>(cmd: C, count = 1): Promise<Packet & { cmd: C; reasonCode?: number }> {
    return until(() => this.all(cmd)[count - 1], `${cmd} number ${count}`);
  }

  all<C extends Packet['cmd']>(cmd: C): (Packet & { cmd: C })[] {
    return this.received.filter((packet): packet is Packet & { cmd: C } => packet.cmd === cmd);
  }

  async closed(): Promise<void> {
    await until(() => this.#closed, 'the end of the connection');
  }

  end(): void {
    this.#socket.destroy();
  }
}

export function connectPacket(options: Partial<IConnectPacket> = {}): IConnectPacket {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'raw', clean: true, keepalive: 0, ...options };
}

export function publishPacket(options: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic: 'a', payload: 'x', qos: 0, retain: false, dup: false, ...options };
}
