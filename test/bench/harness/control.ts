/** The one client that prepares the daemon for a row, and reads what the daemon tells of itself. */
import { connectAsync, type MqttClient } from 'mqtt';
import * as z from 'zod';

const REPLY_MS = 10_000;
const replySchema = z.looseObject({ request_id: z.string(), ok: z.boolean() });
const systemSchema = z.looseObject({ frames: z.number(), overruns: z.number() });
export type SystemFigures = z.infer<typeof systemSchema>;

export class Control {
  readonly #client: MqttClient;
  readonly #waiting = new Map<string, (text: string) => void>();
  #system: SystemFigures | null = null;
  #requests = 0;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async open(port: number): Promise<Control> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'control', keepalive: 0 });
    const control = new Control(client);
    client.on('message', (topic, payload) => control.#hear(topic, payload.toString()));
    await client.subscribeAsync(['diuna/client/control/response', 'diuna/system/state']);
    return control;
  }

  /** @throws where the daemon refuses or is silent. */
  async request(fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.#requests += 1;
    const requestId = `c-${this.#requests}`;
    const text = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the daemon did not reply')), REPLY_MS);
      this.#waiting.set(requestId, (reply) => {
        clearTimeout(late);
        resolve(reply);
      });
      this.#client.publish('diuna/client/control/command', JSON.stringify({ request_id: requestId, ...fields }));
    });
    if (!replySchema.parse(JSON.parse(text)).ok) throw new Error(text);
  }

  /** The commanded zone fully on and still, the other one dark. */
  async prepare(): Promise<void> {
    await this.request({ type: 'zone.set', zone: 'floor', state: 'ON', brightness: 255, color: '#000000', transition: 0 });
    await this.still();
  }

  async animate(zone = 'shelf'): Promise<void> {
    await this.request({ type: 'zone.set', zone, state: 'ON', brightness: 255, effect: 'rainbow', transition: 0 });
  }

  async still(zone = 'shelf'): Promise<void> {
    await this.request({ type: 'zone.set', zone, effect: 'off', state: 'OFF', transition: 0 });
  }

  /** As told last: every ten seconds, and when frames were late. */
  get system(): SystemFigures | null {
    return this.#system;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #hear(topic: string, text: string): void {
    if (topic === 'diuna/system/state') {
      this.#system = systemSchema.parse(JSON.parse(text));
      return;
    }
    const { request_id } = replySchema.parse(JSON.parse(text));
    this.#waiting.get(request_id)?.(text);
    this.#waiting.delete(request_id);
  }
}
