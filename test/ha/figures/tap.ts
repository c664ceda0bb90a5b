/**
 * Stands between Home Assistant and the daemon, and tells when a message of Home Assistant's passes: the moment at which it
 * becomes ours. What the broker tells others of it comes after the light, as only what is durable is told.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { parser } from 'mqtt-packet';
import { until } from '../../support/until.ts';

export interface Passed {
  readonly atMs: number;
  readonly topic: string;
}

export class Tap {
  readonly passed: Passed[] = [];
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** @param to the daemon's port of loopback. It takes MQTT 5. */
  static async open(to: number): Promise<Tap> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (!isAddress(address)) throw new Error('no port');
    const self = new Tap(server, address.port);
    server.on('connection', (socket) => self.#join(socket, to));
    return self;
  }

  #join(socket: Socket, to: number): void {
    const daemon = connect({ port: to, host: '127.0.0.1', noDelay: true });
    const packets = parser({ protocolVersion: 5 });
    packets.on('packet', (packet) => {
      if (packet.cmd === 'publish') this.passed.push({ atMs: performance.now(), topic: packet.topic });
    });
    for (const [one, other] of [
      [socket, daemon],
      [daemon, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
    socket.on('data', (chunk) => void packets.parse(Buffer.from(chunk)));
  }

  first(from: number, topic: string): Promise<Passed> {
    return until(() => this.passed.slice(from).find((passed) => passed.topic === topic), `a message on ${topic}`);
  }

  /** For new connections; those that there are end with either side. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string';
}
