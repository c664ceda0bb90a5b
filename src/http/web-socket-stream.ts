/**
 * One WebSocket as a stream of bytes: what MQTT is spoken on. Packets may span messages, and messages hold several
 * packets [MQTT-6.0.0-2]. What the network has not taken yet counts as `writableLength` here, but for what a socket
 * takes at once, so that who bounds a stream bounds this one too; what is written is on its way before `destroy`.
 */
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Holder, SharedBudget } from '../base/shared-budget.ts';
import type { HttpGuard } from './door.ts';
import { Unfinished } from './unfinished.ts';

export interface StreamParts {
  readonly webSocket: WebSocket;
  /** What it runs on. */
  readonly socket: Duplex;
  readonly address: string;
  /** Of messages that have begun and not ended, of all WebSockets. */
  readonly unfinished: SharedBudget;
  /** The code to close with where nothing is wrong [RFC 6455, 7.4.1]. */
  readonly closeCode: () => number;
  readonly refused: (guard: HttpGuard, why: string) => void;
}

type Done = (cause?: Error | null) => void;

const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
/** Small packets share a frame; more than so many bytes are not copied together. */
const FRAME_BYTES = 65_536;
/** How long the other side may take to answer our Close; it need not be asked twice. */
const LINGER_MS = 1000;

export class WebSocketStream extends Duplex {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #unfinished = new Unfinished();
  readonly #holder: Holder;
  readonly #parts: StreamParts;
  /** The first that MQTT answers is the CONNACK; who is not let in is told so with it, and is gone. */
  #isAnswered = false;

  /** To be made before the socket's first byte is read. */
  constructor(parts: StreamParts) {
    super();
    const { webSocket, socket } = parts;
    this.#parts = parts;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#holder = this.#newHolder();
    socket.prependListener('data', (chunk: Buffer) => this.#unfinished.add(chunk.length));
    socket.on('data', () => this.#count()); // the library has read it by then
    webSocket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
    webSocket.on('ping', (data) => this.#pong(data));
    webSocket.on('pong', (data) => this.#unfinished.takeControl(data.length));
    webSocket.on('error', (cause) => this.#fail(cause));
    webSocket.on('close', () => {
      this.#letGo();
      if (!this.destroyed) this.push(null);
    });
  }

  /** Of the network: tells that something came, before it is whole. */
  get bytesRead(): number {
    return 'bytesRead' in this.#socket && typeof this.#socket.bytesRead === 'number' ? this.#socket.bytesRead : 0;
  }

  override _read(): void {
    if (this.#webSocket.isPaused) this.#webSocket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([bytes], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(inFrames(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#webSocket.close(this.#parts.closeCode());
    done();
  }

  /** Says goodbye where the other side can hear it; whoever waits for the end need not wait for the answer. */
  override _destroy(cause: Error | null, done: Done): void {
    const { readyState, CLOSED, OPEN } = this.#webSocket;
    this.#letGo();
    done(cause);
    if (readyState === CLOSED) return;
    if (this.#socket.writableNeedDrain) return this.#webSocket.terminate();
    if (readyState === OPEN) this.#webSocket.close(cause === null ? this.#parts.closeCode() : POLICY_VIOLATION);
    if (this.#webSocket.isPaused) this.#webSocket.resume(); // its Close stands behind what is not read yet
    const timer = setTimeout(() => this.#webSocket.terminate(), LINGER_MS).unref();
    this.#webSocket.once('close', () => clearTimeout(timer));
  }

  /** Frames that are written after the end go nowhere: the end is on its way to whoever writes. */
  #send(frames: readonly Buffer[], done: Done): void {
    this.#isAnswered = true;
    const last = frames.length - 1;
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return done();
    let flushed: Done | null = null;
    for (const [index, frame] of frames.entries()) {
      this.#webSocket.send(frame, { binary: true }, index === last ? () => flushed?.() : undefined);
    }
    if (this.#socket.writableNeedDrain) flushed = done;
    else done();
  }

  #count(): void {
    if (!this.destroyed) this.#parts.unfinished.hold(this.#holder, this.#unfinished.bytes);
  }

  #letGo(): void {
    this.#parts.unfinished.hold(this.#holder, 0);
  }

  #newHolder(): Holder {
    return {
      group: this.#parts.address,
      isLetIn: () => this.#isAnswered,
      end: (why) => {
        this.#parts.refused('unfinished_bytes', `WebSocket messages: ${why}`);
        this.#webSocket.close(POLICY_VIOLATION);
        this.#webSocket.terminate();
        this.destroy();
      },
    };
  }

  /** [MQTT-6.0.0-1] */
  #take(data: Buffer, isBinary: boolean): void {
    if (this.destroyed) return;
    this.#unfinished.take(data.length);
    if (!isBinary) {
      this.#parts.refused('malformed', 'sent text on a WebSocket: MQTT is binary');
      this.#webSocket.close(UNSUPPORTED_DATA, 'MQTT is binary');
      this.destroy();
    } else if (data.length > 0 && !this.push(data)) this.#webSocket.pause();
  }

  /** Of many Pings the newest alone need be answered [RFC 6455, 5.5.3]: who reads no answers gets none. */
  #pong(data: Buffer): void {
    this.#unfinished.takeControl(data.length);
    if (!this.destroyed && this.#webSocket.readyState === this.#webSocket.OPEN && this.#socket.writableLength === 0)
      this.#webSocket.pong(data);
  }

  /** A mistake against the protocol: the library has sent a Close that says which. */
  #fail(cause: Error): void {
    if (this.destroyed) return;
    const isTooLong = 'code' in cause && cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    this.#parts.refused(isTooLong ? 'packet_bytes' : 'malformed', `WebSocket: ${cause.message}`);
    this.destroy();
  }
}

/** Joins neighbours as long as they are small together. */
function inFrames(chunks: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  let [begin, bytes] = [0, 0];
  for (const [index, chunk] of chunks.entries()) {
    if (index > begin && bytes + chunk.length > FRAME_BYTES) {
      frames.push(join(chunks.slice(begin, index), bytes));
      [begin, bytes] = [index, 0];
    }
    bytes += chunk.length;
  }
  frames.push(join(chunks.slice(begin), bytes));
  return frames;
}

function join(chunks: readonly Buffer[], bytes: number): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes);
}
