/**
 * An ordinary MQTT client that sends commands and waits for their replies (protocol §3, §4). Knows nothing of what the
 * commands mean. Every wait has an end.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import * as z from 'zod';
import { type Reply, replySchema } from '../model/reply.ts';
import { Topics } from '../model/topics.ts';
import { type ConnectOptions, greet, Unreachable } from './greet.ts';

/** The broker is there, but nobody answered in time. */
export class NoReply extends Error {
  override readonly name = 'NoReply';
}

export interface Answer {
  readonly reply: Reply;
  /** As it came, with fields that this version does not know. */
  readonly raw: unknown;
}

interface Waiting {
  readonly answer: (answer: Answer) => void;
  readonly fail: (cause: Error) => void;
}

const named = z.looseObject({ request_id: z.string() });

/** How long a farewell may take before the socket is cut, ms. */
const FAREWELL_MS = 500;

/** The topics of this one client (protocol §2). */
interface ClientTopics {
  readonly command: string;
  readonly response: string;
  readonly replay: string;
}

export class Connection {
  readonly topics: ClientTopics;
  readonly #client: MqttClient;
  readonly #options: ConnectOptions;
  /** Bounded by the callers: each awaits its replies, and each reply has a deadline. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Map<string, (topic: string, payload: Buffer) => void>();
  #onLoss: (connected: boolean) => void = () => {};

  private constructor(client: MqttClient, options: ConnectOptions, topics: ClientTopics) {
    this.#client = client;
    this.#options = options;
    this.topics = topics;
    client.on('message', (topic, payload) => this.#take(topic, payload));
    client.on('close', () => this.#lost());
    client.on('connect', () => this.#onLoss(true));
    client.on('error', () => {}); // a loss is told by `close`; without a listener an error would end the process
  }

  /** @throws Unreachable */
  static async open(options: ConnectOptions): Promise<Connection> {
    const clientId = options.clientId ?? `cli-${randomBytes(6).toString('hex')}`;
    const all = new Topics(options.baseTopic);
    const topics = { command: all.command(clientId), response: all.response(clientId), replay: all.replay(clientId) };
    const client = await greet(options, clientId);
    const connection = new Connection(client, options, topics);
    await client.subscribeAsync(topics.response, { qos: 1 });
    return connection;
  }

  /**
   * Sends a command in an envelope of its own and waits for its reply.
   * @throws NoReply, Unreachable
   */
  async request(fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    const requestId = randomUUID();
    const answer = this.#expect(requestId);
    this.#client.publish(this.topics.command, JSON.stringify({ request_id: requestId, ...fields }), { qos: 1 });
    return answer;
  }

  /** @param listener gets every message of the topics that the filter covers. */
  async listen(filter: string, listener: (topic: string, payload: Buffer) => void): Promise<void> {
    this.#listeners.set(filter, listener);
    await this.#client.subscribeAsync(filter, { qos: 1 });
  }

  /** @param listener is told of each loss (false) and each return (true). */
  onLoss(listener: (connected: boolean) => void): void {
    this.#onLoss = listener;
  }

  async close(): Promise<void> {
    this.#onLoss = () => {};
    const cut = setTimeout(() => this.#client.end(true), FAREWELL_MS);
    await this.#client.endAsync().catch(() => {}); // it was lost before: as good as closed
    clearTimeout(cut);
  }

  #expect(requestId: string): Promise<Answer> {
    const { host, port, baseTopic, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const late = `no reply within ${timeoutMs / 1000} s: a broker answers at ${host}:${port}, but no diuna does under the topic "${baseTopic}"`;
      const timer = setTimeout(() => settle(() => reject(new NoReply(late))), timeoutMs);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(requestId);
        act();
      };
      this.#waiting.set(requestId, {
        answer: (answer) => settle(() => resolve(answer)),
        fail: (cause) => settle(() => reject(cause)),
      });
    });
  }

  #take(topic: string, payload: Buffer): void {
    if (topic === this.topics.response) this.#takeReply(payload);
    for (const [filter, listener] of this.#listeners) {
      if (topic === filter || (filter.endsWith('/#') && topic.startsWith(filter.slice(0, -1)))) listener(topic, payload);
    }
  }

  #takeReply(payload: Buffer): void {
    const raw = parseJson(payload);
    const known = named.safeParse(raw);
    const waiting = known.success ? this.#waiting.get(known.data.request_id) : undefined;
    if (waiting === undefined) return;
    const reply = replySchema.safeParse(raw);
    if (reply.success) waiting.answer({ reply: reply.data, raw });
    else waiting.fail(new NoReply('the reply is none that this version understands: is the daemon of another version?'));
  }

  #lost(): void {
    const cause = new Unreachable(`the connection to ${this.#options.host}:${this.#options.port} was lost`);
    for (const { fail } of [...this.#waiting.values()]) fail(cause);
    this.#onLoss(false);
  }
}

/** @returns undefined for what is no JSON. */
export function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return undefined;
  }
}
