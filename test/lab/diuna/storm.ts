/**
 * Clients that keep commands under way until the machine is gone, and remember what they were told. Everybody's next
 * command goes out when a reply comes in.
 */
import { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { LOGIN } from './config.ts';

/** Of a reply: what the daemon has promised to keep. */
export interface Told {
  readonly client: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly seq: number;
  readonly event_id: string | null;
  readonly version: number;
}

const CLIENTS = 3;
const UNDER_WAY = 8;
const ZONES = ['floor', 'shelf'] as const;
const STORM_MS = 60_000;

export class Storm {
  readonly told: Told[] = [];
  /** Replies that promised nothing, which a sound disk gives no reason for. */
  readonly odd: unknown[] = [];
  readonly #clients: readonly TestClient[];
  readonly #round: number;
  readonly #commands = new Map<string, Readonly<Record<string, unknown>>>();
  #over = false;

  private constructor(clients: readonly TestClient[], round: number) {
    this.#clients = clients;
    this.#round = round;
  }

  static async connect(port: number, round: number): Promise<Storm> {
    const names = Array.from({ length: CLIENTS }, (_, index) => `storm-${index + 1}`);
    const clients = await Promise.all(names.map((name) => TestClient.connect(port, name, LOGIN)));
    const storm = new Storm(clients, round);
    for (const client of clients) {
      client.mqtt.on('error', () => undefined);
      client.mqtt.on('message', (topic, payload) => {
        if (topic === `${client.topic}/response`) storm.#take(client, payload.toString());
      });
    }
    return storm;
  }

  /** Resolves when so many commands were answered; more are under way. */
  async until(answers: number): Promise<void> {
    for (const client of this.#clients) for (let count = 0; count < UNDER_WAY; count += 1) this.#send(client);
    await until(() => this.told.length + this.odd.length >= answers, `${answers} answers`, STORM_MS);
  }

  /** What comes from now on is not counted: the connections are gone or going. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients.map((client) => client[Symbol.asyncDispose]()));
  }

  #send(client: TestClient): void {
    const number = this.#commands.size;
    const color = `#${((this.#round << 16) + number).toString(16).padStart(6, '0')}`;
    const zone = ZONES[number % ZONES.length];
    const command = { request_id: `${this.#round}-${number}`, type: 'zone.set_color', zone, color };
    this.#commands.set(command.request_id, command);
    client.mqtt.publish(`${client.topic}/command`, JSON.stringify(command), { qos: 1 }, () => undefined);
  }

  #take(client: TestClient, text: string): void {
    if (this.#over) return;
    const reply = JSON.parse(text);
    const command = this.#commands.get(reply.request_id);
    if (command !== undefined && reply.ok === true && reply.durable !== false) {
      this.told.push({ client: client.id, command, seq: reply.seq, event_id: reply.event_id, version: reply.version });
    } else this.odd.push(reply);
    this.#send(client);
  }
}
