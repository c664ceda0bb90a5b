/**
 * A well-behaved client among others that are not: again and again it publishes to itself with QoS 1 and gives a command,
 * and keeps how long each took and what was never answered.
 */
import { Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';

const PAUSE_MS = 50;
/** Not a promise of speed: past it somebody counts as not served. */
const PATIENCE_MS = 10_000;

export interface Figures {
  readonly count: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

export class Probe {
  readonly echoes: number[] = [];
  readonly replies: number[] = [];
  /** What went wrong, in order; stays empty where it was always served. */
  readonly faults: string[] = [];
  readonly #id: string;
  readonly #client: MqttClient;
  readonly #waiting = new Map<string, () => void>();
  readonly #giveUp = new Set<() => void>();
  #running: Promise<void> | null = null;
  #stopped = false;
  #number = 0;

  private constructor(client: MqttClient, id: string) {
    this.#client = client;
    this.#id = id;
    client.on('error', (cause) => this.faults.push(cause.message));
    client.on('close', () => {
      if (!this.#stopped) this.faults.push('the connection was closed');
      for (const giveUp of this.#giveUp) giveUp();
    });
    client.on('message', (topic, payload) => {
      const text = payload.toString();
      this.#waiting.get(topic === this.#echoTopic ? text : String(JSON.parse(text).request_id))?.();
    });
  }

  /** @param zone that nobody else commands. */
  static async start(port: number, id: string, zone: string): Promise<Probe> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: id, reconnectPeriod: 0, protocolVersion: 5 });
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    const probe = new Probe(client, id);
    await client.subscribeAsync([probe.#echoTopic, `diuna/client/${id}/response`], { qos: 1 });
    probe.#running = probe.#run(zone);
    return probe;
  }

  /** @returns once what was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#client.endAsync(true);
  }

  get #echoTopic(): string {
    return `${this.#id}/echo`;
  }

  async #run(zone: string): Promise<void> {
    while (!this.#stopped && this.faults.length === 0) {
      await this.#timed(this.echoes, this.#echoTopic, (id) => id);
      const brightness = 1 + (this.#number % 255);
      const command = (request_id: string) => JSON.stringify({ request_id, type: 'zone.set_brightness', zone, brightness });
      await this.#timed(this.replies, `diuna/client/${this.#id}/command`, command);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #timed(latencies: number[], topic: string, payload: (id: string) => string): Promise<void> {
    this.#number += 1;
    const id = `probe-${this.#number}`;
    const startMs = performance.now();
    const served = await new Promise<boolean>((resolve) => {
      const giveUp = () => resolve(false);
      const late = setTimeout(giveUp, PATIENCE_MS);
      this.#giveUp.add(giveUp);
      this.#waiting.set(id, () => {
        clearTimeout(late);
        this.#giveUp.delete(giveUp);
        resolve(true);
      });
      this.#client.publish(topic, payload(id), { qos: 1 }, () => undefined);
    });
    this.#waiting.delete(id);
    if (served) latencies.push(performance.now() - startMs);
    else this.faults.push(`nothing came of a message on ${topic}`);
  }
}

export function figures(latencies: readonly number[]): Figures {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}

export function inWords(name: string, latencies: readonly number[]): string {
  const { count, p50_ms, p99_ms, max_ms } = figures(latencies);
  return `${name}: ${count}, p50 ${p50_ms.toFixed(2)} ms, p99 ${p99_ms.toFixed(2)} ms, max ${max_ms.toFixed(2)} ms`;
}
