/** Hears when things come: frames on a wire, and messages at a broker, by the clock of the test. Messages that stood there do not count. */
import { createSocket, type Socket } from 'node:dgram';
import type { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';

const DDP_HEADER_BYTES = 10;

export interface Frame {
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** A controller in the network, which is sent the frames of one strip of up to 480 LEDs. */
export class FrameEar {
  readonly frames: Frame[] = [];
  readonly #socket: Socket = createSocket('udp4');

  async open(): Promise<void> {
    this.#socket.on('message', (packet) => {
      this.frames.push({ atMs: performance.now(), bytes: packet.subarray(DDP_HEADER_BYTES) });
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
  }

  /** For the strip's configuration. */
  get output() {
    return { driver: 'ddp', host: '127.0.0.1', port: this.#socket.address().port };
  }

  /** @returns the first of those from the `from`th on that a condition holds for. */
  first(from: number, condition: (bytes: Buffer) => boolean, what: string): Promise<Frame> {
    return until(() => this.frames.slice(from).find(({ bytes }) => condition(bytes)), what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

export interface Message {
  readonly atMs: number;
  readonly topic: string;
  readonly payload: string;
}

/** A second client beside Home Assistant, which hears what that one says and is told. */
export class MessageEar {
  readonly messages: Message[] = [];

  private constructor(client: TestClient) {
    client.mqtt.on('message', (topic, payload, { retain }) => {
      if (!retain) this.messages.push({ atMs: performance.now(), topic, payload: payload.toString() });
    });
  }

  static async open(client: TestClient, topics: readonly string[]): Promise<MessageEar> {
    const self = new MessageEar(client);
    await client.mqtt.subscribeAsync([...topics], { qos: 1 });
    return self;
  }

  /** Of those from the `from`th on. */
  on(topic: string, from = 0): Message[] {
    return this.messages.slice(from).filter((message) => message.topic === topic);
  }
}
