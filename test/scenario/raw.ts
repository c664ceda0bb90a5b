/** A bare socket that speaks MQTT packet by packet, for what no well-behaved client sends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { until } from '../support/until.ts';

export class RawClient {
  readonly received: Packet[] = [];
  readonly #socket: Socket;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => this.received.push(packet));
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined); // a reset is one way to be told to leave
    socket.on('close', () => {
      this.#closed = true;
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  static async connected(port: number, clientId: string, clean = true): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.send({ cmd: 'connect', clientId, clean, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 });
    await client.hear('connack');
    return client;
  }

  send(packet: Packet): void {
    this.bytes(mqttPacket.generate(packet));
  }

  bytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Waits for the n-th packet of a kind. */
  hear(cmd: Packet['cmd'], count = 1): Promise<Packet> {
    return until(() => this.received.filter((packet) => packet.cmd === cmd)[count - 1], `${cmd} number ${count}`);
  }

  async closed(): Promise<void> {
    await until(() => this.#closed, 'the end of the connection');
  }

  end(): void {
    this.#socket.destroy();
  }
}
