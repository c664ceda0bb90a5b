/** A client of any version that keeps what it hears, packet by packet. */
import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import { until } from '../../support/until.ts';

export class Listener {
  readonly heard: IPublishPacket[] = [];
  readonly mqtt: MqttClient;
  readonly connack: IConnackPacket;

  private constructor(client: MqttClient, connack: IConnackPacket, heard: IPublishPacket[]) {
    this.mqtt = client;
    this.connack = connack;
    this.heard = heard;
  }

  static async connect(port: number, clientId: string, options: IClientOptions = {}): Promise<Listener> {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 5000,
      ...options,
    });
    const heard: IPublishPacket[] = [];
    client.on('message', (_topic, _payload, packet) => heard.push(packet));
    const connack = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    client.on('error', () => undefined);
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    return new Listener(client, connack, heard);
  }

  get payloads(): string[] {
    return this.heard.map(({ payload }) => payload.toString());
  }

  async hears(count: number): Promise<IPublishPacket[]> {
    return until(() => this.heard.length >= count && this.heard, `${count} messages, heard ${this.heard.length}`);
  }

  async end(): Promise<void> {
    await this.mqtt.endAsync();
  }

  /** Is gone without a word. */
  async vanish(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.mqtt.once('close', resolve));
    this.mqtt.stream.destroy();
    await closed;
  }
}

/** What keeps a session, in either version. */
export function keeping(version: 4 | 5, sessionExpiryInterval = 3600): IClientOptions {
  return version === 4 ? { clean: false, protocolVersion: 4 } : { clean: false, protocolVersion: 5, properties: { sessionExpiryInterval } };
}
