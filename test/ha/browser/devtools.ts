/** The connection with one page of Chromium: commands with their results. */
import { once } from 'node:events';
import WebSocket from 'ws';
import * as z from 'zod';

const COMMAND_MS = 30_000;
const messageSchema = z.looseObject({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
type Answer = Pick<z.infer<typeof messageSchema>, 'result' | 'error'>;

export class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
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

  #hear({ id, result, error }: z.infer<typeof messageSchema>): void {
    if (id !== undefined) this.#waiting.get(id)?.({ result, error });
  }

  /** @throws where Chromium refuses it. */
  async command<T>(method: string, params: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T> {
    this.#last += 1;
    const id = this.#last;
    let late: NodeJS.Timeout | undefined;
    const answered = new Promise<Answer>((resolve, reject) => {
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
