/**
 * The lightest MQTT 3.1.1 client that there is: a socket without Nagle that shakes hands and then hands over bytes. It
 * acknowledges nothing, so it subscribes with QoS 0.
 */
import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

const HANDSHAKE_MS = 10_000;
/** One for all sockets of a process: each read is taken before the next one starts. */
const shared = Buffer.allocUnsafe(65_536);

export type OnBytes = (bytes: Buffer, size: number) => void;

export class RawClient {
  readonly #socket: Socket;
  #onBytes: OnBytes = () => undefined;

  private constructor(port: number) {
    const callback = (size: number) => {
      this.#onBytes(shared, size);
      return true;
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback } });
  }

  /** @throws where the broker does not answer or refuses. */
  static async connect(port: number, clientId: string): Promise<RawClient> {
    const client = new RawClient(port);
    const connack = await client.#exchange(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 }),
    );
    if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`${clientId} was not let in`);
    client.#socket.on('error', () => undefined);
    return client;
  }

  /** Resolves with the first bytes that come after it: the SUBACK, or a retained message before it. */
  async subscribe(topic: string): Promise<void> {
    await this.#exchange(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }));
  }

  /** @param take must not keep the buffer. */
  onBytes(take: OnBytes): void {
    this.#onBytes = take;
  }

  write(packet: Buffer): void {
    this.#socket.write(packet);
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #exchange(packet: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no answer to the handshake')), HANDSHAKE_MS);
      const refused = (cause: Error) => {
        clearTimeout(late);
        reject(cause);
      };
      this.#socket.once('error', refused);
      this.#onBytes = (bytes, size) => {
        clearTimeout(late);
        this.#socket.off('error', refused);
        this.#onBytes = () => undefined;
        resolve(Buffer.from(bytes.subarray(0, size)));
      };
      this.#socket.write(packet);
    });
  }
}

export function publishPacket(topic: string, payload: string): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });
}
