/** A door to a broker for MQTT 3.1.1 alone, as brokers were: who comes with MQTT 5 is refused by the number that stands for that. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** CONNACK of MQTT 5, reason 0x84: unsupported protocol version [MQTT-3.1.2-2]. */
const REFUSAL = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);

export class OldDoor {
  readonly #server: Server;
  readonly port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** @param to the broker's port of loopback. */
  static async open(to: number): Promise<OldDoor> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (first) => letIn(socket, first, to));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new OldDoor(server, address.port);
  }

  /** For new connections; those that there are stay until the broker or the client ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}

function letIn(socket: Socket, first: Buffer, to: number): void {
  // What follows the length is the protocol's name, with a length of two bytes, and then its level.
  let at = 1;
  while ((first[at] ?? 0) > 127) at += 1;
  const level = first[at + 1 + 2 + first.readUInt16BE(at + 1)];
  if (level === 5) {
    socket.end(REFUSAL);
    return;
  }
  const broker = connect(to, '127.0.0.1');
  broker.on('error', () => socket.destroy());
  broker.write(first);
  socket.pipe(broker).pipe(socket);
}
