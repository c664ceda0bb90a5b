/** A client that is no more than a socket: it throws away what it is sent, or does not even read it. Cheap enough to have thousands. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';

const NEWEST_CHARACTERS = 16_384;

export class RawClient {
  readonly socket: Socket;
  /** Bytes. */
  received = 0;
  /** The last of what came, as text. */
  newest = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.received += chunk.length;
      this.newest = (this.newest + chunk.toString('latin1')).slice(-NEWEST_CHARACTERS);
    });
  }

  /** Resolves when the daemon accepted it. */
  static async connect(port: number, clientId: string): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const self = new RawClient(socket);
    self.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 });
    await once(socket, 'data');
    return self;
  }

  /** Resolves when the daemon took the subscription. */
  async subscribe(topic: string, qos: 0 | 1): Promise<void> {
    this.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] });
    await once(this.socket, 'data');
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  /** Says goodbye and resolves when the connection has ended. */
  async leave(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.end(generate({ cmd: 'disconnect' }));
    await closed;
  }

  destroy(): void {
    this.socket.destroy();
  }
}
