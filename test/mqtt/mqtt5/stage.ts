/** A bare aedes with MQTT 5 on a port of its own, and clients that keep what they hear. */
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';
import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import { enableMqtt5, type Mqtt5 } from '../../../src/mqtt/mqtt5/mqtt5.ts';
import type { Mqtt5Options } from '../../../src/mqtt/mqtt5/options.ts';
import { until } from '../../support/until.ts';
import { RawClient5 } from './raw.ts';

export interface LogLine {
  readonly level: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class Client5 {
  readonly mqtt: MqttClient;
  readonly connack: IConnackPacket;
  readonly heard: IPublishPacket[] = [];
  /** Reason codes of DISCONNECT packets. */
  readonly dismissals: (number | undefined)[] = [];

  constructor(client: MqttClient, connack: IConnackPacket, heard: IPublishPacket[], dismissals: (number | undefined)[]) {
    this.mqtt = client;
    this.connack = connack;
    this.heard = heard;
    this.dismissals = dismissals;
  }

  hears(count: number): Promise<IPublishPacket[]> {
    return until(() => this.heard.length >= count && this.heard, `${count} messages, heard ${this.heard.length}`);
  }

  payloads(): string[] {
    return this.heard.map(({ payload }) => payload.toString());
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

export class Stage {
  readonly aedes: Aedes;
  readonly mqtt5: Mqtt5;
  readonly port: number;
  readonly log: LogLine[];
  readonly #close: () => Promise<void>;
  #clients: MqttClient[] = [];
  #raws: RawClient5[] = [];

  private constructor(aedes: Aedes, mqtt5: Mqtt5, port: number, log: LogLine[], close: () => Promise<void>) {
    this.aedes = aedes;
    this.mqtt5 = mqtt5;
    this.port = port;
    this.log = log;
    this.#close = close;
  }

  static async open(options: Partial<Mqtt5Options> = {}, broker: AedesOptions = {}): Promise<Stage> {
    const aedes = new Aedes({ queueLimit: 1000, ...broker });
    await aedes.listen();
    const log: LogLine[] = [];
    const at = (level: string) => (facts: LogLine['facts'], message: string) => void log.push({ level, facts, message });
    const mqtt5 = enableMqtt5(aedes, {
      logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
      ...options,
    });
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      aedes.handle(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Stage(aedes, mqtt5, address.port, log, async () => {
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  async connect(options: IClientOptions = {}): Promise<Client5> {
    const heard: IPublishPacket[] = [];
    const dismissals: (number | undefined)[] = [];
    const client = mqtt.connect(`mqtt://127.0.0.1:${this.port}`, { protocolVersion: 5, reconnectPeriod: 0, ...options });
    this.#clients.push(client);
    client.on('message', (_topic, _payload, packet) => heard.push(packet));
    client.on('disconnect', ({ reasonCode }) => dismissals.push(reasonCode));
    const connack = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    });
    client.on('error', () => undefined);
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    return new Client5(client, connack, heard, dismissals);
  }

  async raw(): Promise<RawClient5> {
    const raw = await RawClient5.open(this.port);
    this.#raws.push(raw);
    return raw;
  }

  /** Ends the clients, but not the broker. */
  async leave(): Promise<void> {
    const clients = this.#clients;
    this.#clients = [];
    for (const raw of this.#raws.splice(0)) raw.end();
    await Promise.all(clients.map((client) => client.endAsync(true)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.#close();
  }
}

/** What comes in time, comes within this. */
export async function aWhile(ms = 120): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
