/** A UDP socket on loopback that keeps what it receives, as a controller would. */
import { createSocket, type Socket } from 'node:dgram';

export class UdpReceiver {
  readonly packets: Buffer[] = [];
  readonly #socket: Socket = createSocket('udp4');

  async listen(port = 0): Promise<number> {
    this.#socket.on('message', (packet) => this.packets.push(packet));
    await new Promise<void>((resolve) => this.#socket.bind(port, '127.0.0.1', resolve));
    return this.#socket.address().port;
  }

  get newest(): Buffer | undefined {
    return this.packets.at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
