/** A broker that does what a test tells it, packet by packet: for what no well-behaved broker does. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { until } from './until.ts';

/** One connection of the daemon to it. */
export class Visit {
  readonly received: Packet[] = [];
  readonly #socket: Socket;
  readonly #version: number;

  constructor(socket: Socket, connect: IConnectPacket) {
    this.#socket = socket;
    this.#version = connect.protocolVersion ?? 4;
    this.received.push(connect);
  }

  get connect(): IConnectPacket {
    const [first] = this.received;
    if (first?.cmd !== 'connect') throw new Error('no CONNECT');
    return first;
  }

  send(packet: Packet): void {
    this.#socket.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  welcome(sessionPresent: boolean, properties: Record<string, number> = {}): void {
    this.send({ cmd: 'connack', sessionPresent, reasonCode: 0, returnCode: 0, properties });
  }

  publishes(): IPublishPacket[] {
    return this.received.filter((packet) => packet.cmd === 'publish');
  }

  /** Waits for the n-th packet of a kind. */
  hear(cmd: Packet['cmd'], count = 1): Promise<Packet> {
    return until(() => this.received.filter((packet) => packet.cmd === cmd)[count - 1], `${cmd} number ${count}`);
  }

  cut(): void {
    this.#socket.destroy();
  }
}

export class FakeBroker implements AsyncDisposable {
  readonly visits: Visit[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param react is called with each packet; the first of a visit is its CONNECT. */
  static async start(port: number, react: (visit: Visit, packet: Packet) => void): Promise<FakeBroker> {
    const server = createServer({ noDelay: true });
    const broker = new FakeBroker(server);
    server.on('connection', (socket) => {
      broker.#sockets.add(socket);
      socket.on('error', () => undefined);
      let visit: Visit | null = null;
      const parser = mqttPacket.parser();
      parser.on('packet', (packet: Packet) => {
        if (visit === null && packet.cmd === 'connect') {
          visit = new Visit(socket, packet);
          broker.visits.push(visit);
        } else visit?.received.push(packet);
        if (visit !== null) react(visit, packet);
      });
      socket.on('data', (chunk) => parser.parse(chunk));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return broker;
  }

  /** Waits for the n-th connection. */
  visit(count: number): Promise<Visit> {
    return until(() => this.visits[count - 1], `connection number ${count}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Does what every broker does: takes subscriptions, and acknowledges what is published. */
export function obey(visit: Visit, packet: Packet): void {
  const messageId = packet.messageId ?? 0;
  if (packet.cmd === 'subscribe') visit.send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
  if (packet.cmd === 'pingreq') visit.send({ cmd: 'pingresp' });
  if (packet.cmd === 'publish' && packet.qos === 1) visit.send({ cmd: 'puback', messageId });
  if (packet.cmd === 'publish' && packet.qos === 2) visit.send({ cmd: 'pubrec', messageId });
  if (packet.cmd === 'pubrel') visit.send({ cmd: 'pubcomp', messageId });
}
