/** Home Assistant's WebSocket API: calls with their results, and the events that it was asked for. */
import { once } from 'node:events';
import WebSocket from 'ws';
import * as z from 'zod';

const CALL_MS = 30_000;
const messageSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('auth_required') }),
  z.looseObject({ type: z.literal('auth_ok') }),
  z.looseObject({ type: z.literal('auth_invalid'), message: z.string() }),
  z.looseObject({
    type: z.literal('result'),
    id: z.number(),
    success: z.boolean(),
    result: z.unknown().optional(),
    error: z.unknown().optional(),
  }),
  z.looseObject({ type: z.literal('event'), id: z.number(), event: z.unknown() }),
]);
type Message = z.infer<typeof messageSchema>;
export type Command = { readonly type: string } & Readonly<Record<string, unknown>>;

/** An event as it came, and when, by the monotonic clock. */
export interface Heard<T> {
  readonly event: T;
  readonly atMs: number;
}

export class HomeAssistantSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #hearing = new Map<number, (event: unknown) => void>();
  readonly #late = new Map<number, NodeJS.Timeout>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(address: string, token: string): Promise<HomeAssistantSocket> {
    const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/api/websocket`);
    const self = new HomeAssistantSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        const message = messageSchema.parse(JSON.parse(data.toString()));
        if (message.type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', access_token: token }));
        else if (message.type === 'auth_ok') resolve();
        else if (message.type === 'auth_invalid') reject(new Error(`Home Assistant refuses the token: ${message.message}`));
        else self.#hear(message);
      });
    });
    return self;
  }

  #hear(message: Message): void {
    if (message.type === 'result') this.#waiting.get(message.id)?.(message);
    if (message.type === 'event') this.#hearing.get(message.id)?.(message.event);
  }

  /** @throws where Home Assistant refuses it, or its result is another one than the schema says. */
  async call<T>(command: Command, schema: z.ZodType<T>): Promise<T> {
    this.#last += 1;
    return schema.parse(await this.#ask(this.#last, command));
  }

  /** @param type such as state_changed. @returns a list that grows. */
  async events<T>(type: string, schema: z.ZodType<T>): Promise<Heard<T>[]> {
    const heard: Heard<T>[] = [];
    this.#last += 1;
    const id = this.#last;
    this.#hearing.set(id, (event) => void heard.push({ event: schema.parse(event), atMs: performance.now() }));
    await this.#ask(id, { type: 'subscribe_events', event_type: type });
    return heard;
  }

  async #ask(id: number, command: Command): Promise<unknown> {
    const answered = new Promise<Message>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      const late = () => reject(new Error(`Home Assistant did not answer ${command.type} within ${CALL_MS / 1000} s`));
      this.#late.set(id, setTimeout(late, CALL_MS));
    });
    try {
      this.#socket.send(JSON.stringify({ id, ...command }));
      const answer = await answered;
      if (answer.type !== 'result' || !answer.success) throw new Error(`Home Assistant refuses ${command.type}: ${JSON.stringify(answer)}`);
      return answer['result'];
    } finally {
      clearTimeout(this.#late.get(id));
      this.#late.delete(id);
      this.#waiting.delete(id);
    }
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }
}
