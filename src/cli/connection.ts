/**
 * An ordinary MQTT client that sends commands and waits for their replies (protocol §3, §4). Knows nothing of what the
 * commands mean. Every wait has an end.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import * as z from 'zod';
import { type Reply, replySchema } from '../model/reply.ts';
import { Topics } from '../model/topics.ts';
import { type ConnectOptions, greet, Unreachable, whyRefused } from './greet.ts';

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

/** The topics that this one client needs (protocol §2). */
interface ClientTopics {
  /** Of the daemon: what there is to command. */
  readonly info: string;
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
  #onRefused: (cause: Unreachable) => void = () => {};
  #isLost = false;
  #refused: Unreachable | null = null;

  private constructor(client: MqttClient, options: ConnectOptions, topics: ClientTopics) {
    this.#client = client;
    this.#options = options;
    this.topics = topics;
    client.on('message', (topic, payload) => this.#take(topic, payload));
    client.on('close', () => this.#lost());
    client.on('connect', () => this.#found());
    client.on('error', (cause) => this.#judge(cause)); // a loss is told by `close`
  }

  /** @throws Unreachable */
  static async open(options: ConnectOptions): Promise<Connection> {
    const clientId = options.clientId ?? `cli-${randomBytes(6).toString('hex')}`;
    const all = new Topics(options.baseTopic);
    const topics = { info: all.info, command: all.command(clientId), response: all.response(clientId), replay: all.replay(clientId) };
    const client = await greet(options, clientId);
    const connection = new Connection(client, options, topics);
    try {
      await connection.#subscribe(topics.response);
      return connection;
    } catch (cause) {
      await connection.close();
      throw cause;
    }
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

  /** @param listener gets every message of the topics that the filter covers. @throws Unreachable */
  async listen(filter: string, listener: (topic: string, payload: Buffer) => void): Promise<void> {
    this.#listeners.set(filter, listener);
    await this.#subscribe(filter);
  }

  /** The newest message of a topic that always has one. @throws NoReply, Unreachable */
  retained(topic: string): Promise<Buffer> {
    const { host, port, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const late = `nothing came on ${topic} within ${timeoutMs / 1000} s: a broker answers at ${host}:${port}, but it keeps nothing there`;
      const timer = setTimeout(() => settle(() => reject(new NoReply(late))), timeoutMs);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(topic);
        act();
      };
      const subscribed = this.listen(topic, (_topic, payload) => settle(() => resolve(payload)));
      subscribed.catch((cause: unknown) => settle(() => reject(cause)));
    });
  }

  /** @param listener is told of each loss (false) and each return (true). */
  onLoss(listener: (connected: boolean) => void): void {
    this.#onLoss = listener;
  }

  /** @param listener is told once that the broker is there again and lets this client in no more: nothing else comes. */
  onRefused(listener: (cause: Unreachable) => void): void {
    this.#onRefused = listener;
    if (this.#refused !== null) listener(this.#refused);
  }

  async close(): Promise<void> {
    this.#onLoss = () => {};
    this.#onRefused = () => {};
    const cut = setTimeout(() => this.#client.end(true), FAREWELL_MS);
    await this.#client.endAsync().catch(() => {}); // it was lost before: as good as closed
    clearTimeout(cut);
  }

  #expect(requestId: string): Promise<Answer> {
    const { host, port, baseTopic, timeoutMs } = this.#options;
    const hint = this.#renamed();
    return new Promise((resolve, reject) => {
      const late = `no reply within ${timeoutMs / 1000} s: a broker answers at ${host}:${port}, but no diuna does under the topic "${baseTopic}"${hint}`;
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

  /** A Mosquitto may give a client its user name for an id: then the replies go to topics that are not ours. */
  #renamed(): string {
    const { login, clientId } = this.#options;
    if (login === null || login.username === '' || clientId === login.username) return '';
    return `; where that broker takes the user name for the client id: --client-id ${login.username}`;
  }

  async #subscribe(filter: string): Promise<void> {
    const { host, port } = this.#options;
    await this.#client.subscribeAsync(filter, { qos: 1 }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw this.#refused ?? new Unreachable(`${host}:${port} did not take the subscription to ${filter}: ${why}`);
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

  /** A login that was good once may be so no more: its password was changed, or its token revoked. */
  #judge(cause: Error): void {
    const why = whyRefused(cause, this.#options);
    if (why === null || this.#refused !== null) return;
    this.#refused = new Unreachable(why);
    this.#client.end(true);
    this.#onRefused(this.#refused);
  }

  #found(): void {
    this.#isLost = false;
    this.#onLoss(true);
  }

  /** Each attempt in vain comes here too, and is no loss of its own. */
  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
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
