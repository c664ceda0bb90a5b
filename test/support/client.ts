/** An MQTT client for scenarios: sends commands, waits for their replies, and keeps everything that it hears. */
import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import type { Reply } from '../../src/model/reply.ts';
import { isEmbedded } from './carrier.ts';
import { until } from './until.ts';

/** Of all clients of a test file: a name that comes back must not repeat its request ids. */
let requests = 0;

/** Begins the ids of clients that are no part of what is tested. */
export const SETTLING = 'settling-';

export interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: number;
}

export class TestClient {
  readonly id: string;
  /** `diuna/client/{client}`, the id percent-encoded. */
  readonly topic: string;
  readonly heard: Heard[] = [];
  readonly mqtt: MqttClient;

  private constructor(id: string, client: MqttClient) {
    this.id = id;
    this.topic = `diuna/client/${encoded(id)}`;
    this.mqtt = client;
    client.on('message', (topic, payload, packet) => {
      if (topic.startsWith(`diuna/client/${SETTLING}`) && !id.startsWith(SETTLING)) return;
      const meant = topic === `reply/${encoded(id)}` ? `${this.topic}/response` : topic;
      this.heard.push({ topic: meant, payload: payload.toString(), retain: packet.retain, qos: packet.qos });
    });
  }

  /** Connects and subscribes to its own replies. @param where a port of loopback, or a whole address such as ws://localhost:8180/mqtt. */
  static async connect(where: number | string, id: string, options: IClientOptions = {}): Promise<TestClient> {
    const client = await mqtt.connectAsync(typeof where === 'string' ? where : `mqtt://127.0.0.1:${where}`, {
      clientId: id,
      reconnectPeriod: 0,
      protocolVersion: isEmbedded() ? 4 : 5,
      ...options,
    });
    if (client.stream instanceof Socket) client.stream.setNoDelay(true); // else an acknowledgement holds back the next command for 40 ms
    const self = new TestClient(id, client);
    if (!isEmbedded()) await askForReplies(client, `reply/${encoded(id)}`);
    await client.subscribeAsync([`${self.topic}/response`, `${self.topic}/replay`], { qos: 2 });
    return self;
  }

  /** Sends an envelope and waits for the reply with its request id, which is made up where none is given. */
  async ask(body: Readonly<Record<string, unknown>>, qos: 0 | 1 | 2 = 1): Promise<Reply> {
    requests += 1;
    const request_id = typeof body['request_id'] === 'string' ? body['request_id'] : `T${requests}`;
    const before = this.replies().length;
    await this.mqtt.publishAsync(`${this.topic}/command`, JSON.stringify({ ...body, request_id }), { qos });
    return until(
      () =>
        this.replies()
          .slice(before)
          .find((reply) => reply.request_id === request_id),
      `a reply to ${request_id}`,
    );
  }

  /** Sends an envelope as it is, and waits for its acknowledgement alone. */
  async tell(body: Readonly<Record<string, unknown>>, qos: 0 | 1 | 2 = 1): Promise<void> {
    await this.mqtt.publishAsync(`${this.topic}/command`, JSON.stringify(body), { qos });
  }

  /** Waits until so many replies have come. */
  async untilReplies(count: number): Promise<Reply[]> {
    await until(() => this.on(`${this.topic}/response`).length >= count, `${count} replies to ${this.id}`, 15_000);
    return this.replies();
  }

  /** Publishes anything and waits for the next reply, whatever it is to. */
  async say(topic: string, payload: string | Buffer, qos: 0 | 1 | 2 = 1): Promise<Reply> {
    const before = this.replies().length;
    await this.mqtt.publishAsync(topic, payload, { qos });
    return until(() => this.replies()[before], `a reply to a message on ${topic}`);
  }

  replies(): Reply[] {
    return this.on(`${this.topic}/response`).map(({ payload }) => JSON.parse(payload));
  }

  /** What was heard on one topic, in order. */
  on(topic: string): Heard[] {
    return this.heard.filter((message) => message.topic === topic);
  }

  /** The newest state heard of a zone. */
  state(zone: string): Record<string, unknown> | undefined {
    const last = this.on(`diuna/zone/${zone}/state`).at(-1);
    return last === undefined ? undefined : JSON.parse(last.payload);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mqtt.endAsync(true);
  }
}

/** Another broker does not tell who sent a message on a set topic: the reply goes where the message asks for it. */
async function askForReplies(client: MqttClient, responseTopic: string): Promise<void> {
  const publish = client.publishAsync.bind(client);
  client.publishAsync = (topic: string, payload: string | Buffer, options: IClientPublishOptions = {}) => {
    if (!/\/(set(\/|$)|simulate$)/.test(topic)) return publish(topic, payload, options);
    return publish(topic, payload, { ...options, properties: { responseTopic, ...options.properties } });
  };
  await client.subscribeAsync(responseTopic, { qos: 2 });
}

/** Written apart from the daemon's own, as a client's author would (protocol §0). */
function encoded(id: string): string {
  return encodeURIComponent(id)
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
