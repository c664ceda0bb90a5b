/**
 * One daemon at the renderer's service: from its hello on it has a renderer of its own, whose end is the session's, too.
 * What the daemon sends is read no faster than the renderer takes it; what it does not read is not kept for it.
 */
import type { Socket } from 'node:net';
import { type Allowance, KeptRenderer } from '../kept-renderer.ts';
import type { FromKeeper } from '../messages.ts';
import { BrokenFrame, encodeFrame, FrameReader, MOST_FRAME_BYTES } from './frames.ts';
import { objectionTo, toWire } from './wire.ts';

/** What waits for a daemon that does not read: more than any one message has. */
const MOST_UNREAD_BYTES = 2 * MOST_FRAME_BYTES;
/** A last word that is not read within this is not heard. */
const LAST_WORD_MS = 1000;
/** Whoever has not said hello by then is in the way of a daemon. */
const HELLO_MS = 2000;

export interface SessionOptions {
  readonly socket: Socket;
  readonly entry: URL;
  readonly allowed: Allowance;
  /** Hears of what no daemon sends. */
  readonly warn: (line: string) => void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #kept: KeptRenderer;
  readonly #reader = new FrameReader();
  #greeted = false;
  #over = false;
  /** Messages that the renderer has not taken. */
  #untaken = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#kept = new KeptRenderer({
      entry: options.entry,
      allowed: options.allowed,
      tell: (message) => this.#tell(message),
      ended: (reason) => this.#end(reason),
    });
  }

  /** Resolves when the daemon is gone and its renderer, too. */
  async run(): Promise<void> {
    const { socket } = this.#options;
    this.#kept.hear({ kind: 'launch' });
    const silent = setTimeout(() => {
      if (!this.#greeted) this.#refuse('no hello came');
    }, HELLO_MS);
    await new Promise<void>((resolve) => {
      socket.on('close', resolve);
      socket.on('data', (chunk: Buffer) => this.#read(chunk));
      socket.resume();
      if (socket.destroyed) resolve();
    });
    clearTimeout(silent);
    this.#over = true;
    await this.#kept.leave();
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    try {
      for (const message of this.#reader.push(chunk)) {
        if (this.#over) return;
        this.#hear(message);
      }
    } catch (cause) {
      if (!(cause instanceof BrokenFrame)) throw cause;
      this.#refuse(cause.message);
    }
  }

  #hear(message: unknown): void {
    if (!this.#greeted) {
      const objection = objectionTo(message);
      this.#greeted = true;
      return objection === null ? undefined : this.#refuse(objection);
    }
    const { socket } = this.#options;
    this.#untaken += 1;
    socket.pause();
    const wrong = this.#kept.hear(message, () => {
      this.#untaken -= 1;
      if (this.#untaken === 0) socket.resume();
    });
    if (wrong !== null) return this.#refuse(wrong);
    if (!this.#kept.runs && isStop(message)) this.#end('it was stopped before it began');
  }

  /** Ends the session and with it the renderer; the service goes on. */
  #refuse(why: string): void {
    this.#options.warn(`refused what a daemon sent: ${why}`);
    this.#end(`its service refused a message: ${why}`);
  }

  #tell(message: FromKeeper): void {
    const { socket } = this.#options;
    if (this.#over || !socket.writable) return;
    if (socket.writableLength > MOST_UNREAD_BYTES) {
      this.#over = true;
      this.#options.warn('left a daemon that reads nothing');
      socket.destroy();
      return;
    }
    socket.write(encodeFrame(toWire(message)));
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#tell({ kind: 'ended', reason });
    this.#over = true;
    partWith(this.#options.socket);
  }
}

/** Says why before it hangs up. */
export function sendAway(socket: Socket, reason: string): void {
  socket.write(encodeFrame({ kind: 'ended', reason }));
  partWith(socket);
}

function partWith(socket: Socket): void {
  socket.resume(); // what comes is not read, and its end must be seen
  socket.end();
  const late = setTimeout(() => socket.destroy(), LAST_WORD_MS);
  socket.once('close', () => clearTimeout(late));
}

function isStop(message: unknown): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === 'stop';
}
