/**
 * A client that sends as fast as it is let and keeps a ledger: what it sent, what was acknowledged, what was answered and
 * how often. Made for thousands of commands, where `TestClient` keeps and parses too much.
 */
import mqtt, { type MqttClient } from 'mqtt';
import type { Reply } from '../../../src/model/reply.ts';
import { until } from '../../support/until.ts';

export type Body = Readonly<Record<string, unknown>>;

export class Caller {
  readonly id: string;
  readonly mqtt: MqttClient;
  /** By request id. */
  readonly sent = new Map<string, Body>();
  readonly replies = new Map<string, Reply[]>();
  /** How many replies came, of all. */
  answered = 0;
  /** Told of each reply. */
  onReply: (reply: Reply) => void = () => undefined;

  private constructor(id: string, client: MqttClient) {
    this.id = id;
    this.mqtt = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      if (topic === `diuna/client/${id}/response`) this.#take(JSON.parse(payload.toString()));
    });
  }

  static async connect(port: number, id: string): Promise<Caller> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: id, reconnectPeriod: 0, protocolVersion: 4 });
    const self = new Caller(id, client);
    await client.subscribeAsync(`diuna/client/${id}/response`, { qos: 1 });
    return self;
  }

  /** Request ids sent and never answered here. */
  get unanswered(): string[] {
    return [...this.sent.keys()].filter((id) => !this.replies.has(id));
  }

  /** Waits for nothing. */
  send(request_id: string, body: Body): void {
    this.sent.set(request_id, body);
    this.mqtt.publish(`diuna/client/${this.id}/command`, JSON.stringify({ request_id, ...body }), { qos: 1 }, () => undefined);
  }

  /** Publishes without a request id. @param acknowledged called where the daemon acknowledged it. */
  set(topic: string, payload: string, acknowledged: () => void): void {
    this.mqtt.publish(topic, payload, { qos: 1 }, (error) => {
      if (error === undefined || error === null) acknowledged();
    });
  }

  /** Sends all again, as after a lost connection, and waits for all replies. @returns the replies by request id. */
  async askAll(bodies: ReadonlyMap<string, Body>): Promise<Map<string, Reply>> {
    const before = this.answered;
    for (const [request_id, body] of bodies) this.send(request_id, body);
    await until(() => this.answered - before >= bodies.size, `${bodies.size} replies to ${this.id}`, 15_000);
    return new Map([...bodies.keys()].map((id) => [id, last(this.replies.get(id))]));
  }

  async close(): Promise<void> {
    await this.mqtt.endAsync(true);
  }

  #take(reply: Reply): void {
    this.answered += 1;
    const id = reply.request_id ?? '';
    const before = this.replies.get(id);
    if (before === undefined) this.replies.set(id, [reply]);
    else before.push(reply);
    this.onReply(reply);
  }
}

function last(replies: readonly Reply[] | undefined): Reply {
  const reply = replies?.at(-1);
  if (reply === undefined) throw new Error('no reply');
  return reply;
}
