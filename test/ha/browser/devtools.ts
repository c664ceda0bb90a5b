/** The connection with one page of Chromium: commands with their results, and what it tells by itself. */
import { once } from 'node:events';
import WebSocket from 'ws';
import * as z from 'zod';

const COMMAND_MS = 30_000;
const messageSchema = z.looseObject({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});
type Message = z.infer<typeof messageSchema>;

export class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Message) => void>();
  readonly #hearing = new Map<string, (params: unknown) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#hear(messageSchema.parse(JSON.parse(data.toString()))));
  }

  static async open(address: string): Promise<DevTools> {
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new DevTools(socket);
  }

  #hear(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    if (message.method !== undefined) this.#hearing.get(message.method)?.(message.params);
  }

  /** @param method of the event, such as Runtime.consoleAPICalled; one listener each. */
  on<T>(method: string, schema: z.ZodType<T>, listener: (params: T) => void): void {
    this.#hearing.set(method, (params) => listener(schema.parse(params)));
  }

  /** @throws where Chromium refuses it. */
  async command<T>(method: string, params: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T> {
    this.#last += 1;
    const id = this.#last;
    let late: NodeJS.Timeout | undefined;
    const answered = new Promise<Message>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      late = setTimeout(() => reject(new Error(`Chromium did not answer ${method} within ${COMMAND_MS / 1000} s`)), COMMAND_MS);
    });
    try {
      this.#socket.send(JSON.stringify({ id, method, params }));
      const { result, error } = await answered;
      if (error !== undefined) throw new Error(`Chromium refuses ${method}: ${JSON.stringify(error)}`);
      return schema.parse(result);
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}
