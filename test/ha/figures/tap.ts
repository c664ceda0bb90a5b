/**
 * Stands between Home Assistant and the daemon, and tells when a message of Home Assistant's passes: the moment at which it
 * becomes ours. What the broker tells others of it comes after the light, as only what is durable is told. It tells too what Home
 * Assistant has subscribed to: that comes some time after it has said that an automation is there.
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
  /** Home Assistant's messages. */
  readonly passed: Passed[] = [];
  /** Filters that the daemon has confirmed, in order. */
  readonly subscribed: string[] = [];
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

  #join(home: Socket, to: number): void {
    const daemon = connect({ port: to, host: '127.0.0.1', noDelay: true });
    const asked = new Map<number | undefined, string[]>();
    for (const [from, other] of [
      [home, daemon],
      [daemon, home],
    ] as const) {
      from.on('error', () => other.destroy());
      from.pipe(other); // first, so that nothing waits for what follows
      const packets = parser({ protocolVersion: 5 });
      from.on('data', (chunk) => void packets.parse(Buffer.from(chunk)));
      packets.on('packet', (packet) => {
        if (packet.cmd === 'publish' && from === home) this.passed.push({ atMs: performance.now(), topic: packet.topic });
        if (packet.cmd === 'subscribe')
          asked.set(
            packet.messageId,
            packet.subscriptions.map(({ topic }) => topic),
          );
        if (packet.cmd === 'suback') this.subscribed.push(...(asked.get(packet.messageId) ?? []));
      });
    }
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
