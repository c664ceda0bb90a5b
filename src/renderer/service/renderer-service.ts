/**
 * The renderer as a service of its own, with the rights that the hardware needs: waits on a Unix socket for a daemon
 * without rights, and serves one at a time. Who may come says the socket's owner and mode; what it may drive says the
 * configuration, which is asked for each daemon anew. Nothing that a daemon does ends the service.
 */
import { lstatSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../../base/fault.ts';
import type { Allowance } from '../kept-renderer.ts';
import { isServed } from './connect.ts';
import { Session, sendAway } from './session.ts';

/** The group may connect; the unit gives the socket to the daemon's. */
const SOCKET_MODE = 0o660;
/** One that is served, and those that are told to go away. */
const MOST_CONNECTIONS = 16;
/** How long one waits for another to go. */
const PATIENCE_MS = 250;

export interface RendererServiceOptions {
  /** A renderer's bundle. */
  readonly entry: URL;
  readonly path: string;
  /** What the configuration allows by now. @throws Fault */
  readonly allowed: () => Promise<Allowance>;
  readonly log: (line: string) => void;
}

export class RendererService {
  readonly #options: RendererServiceOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #serving: { readonly socket: Socket; readonly over: Promise<void> } | null = null;
  #closing = false;

  constructor(options: RendererServiceOptions) {
    this.#options = options;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: false }, (socket) => this.#welcome(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** @throws Fault where the socket cannot be made, or another service has it. */
  async listen(): Promise<void> {
    const { path } = this.#options;
    if (await isServed(path)) {
      throw new Fault('socket_taken', `another renderer serves at ${path}`, 'end it first, or name another socket');
    }
    if (isOther(path)) throw new Fault('socket_taken', `${path} is there, and no socket`, 'name another socket');
    try {
      rmSync(path, { force: true }); // left by one that was killed
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        // Made with its mode, and not given it afterwards: a name may lead elsewhere by then.
        const umask = process.umask(~SOCKET_MODE & 0o777);
        this.#server.listen(path, resolve);
        process.umask(umask);
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Fault('socket_forbidden', `cannot listen at ${path}: ${why}`, 'make its folder, and let this user write to it', cause);
    }
    this.#server.on('error', (error) => this.#options.log(`the socket failed: ${error.message}`));
  }

  /** The renderer does with the lights what its layout says, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const serving = this.#serving?.over;
    for (const socket of this.#sockets) socket.destroy();
    await serving;
    await closed;
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setMaxListeners(MOST_CONNECTIONS + 10); // those who wait for it to go
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // it went while it was spoken to
    const before = this.#serving;
    if (before === null || !before.socket.writable) return this.#take(socket);
    // A daemon that is started anew may come before the end of the last one is seen.
    const late = setTimeout(() => sendAway(socket, 'another daemon has the renderer of this service'), PATIENCE_MS);
    before.socket.once('close', () => {
      clearTimeout(late);
      if (socket.writable) this.#take(socket);
    });
  }

  #take(socket: Socket): void {
    if (this.#closing) return sendAway(socket, 'its service stops');
    const before = this.#serving;
    if (before?.socket.writable === true) return sendAway(socket, 'another daemon was faster at its service');
    // The renderer before must have left the hardware.
    const over = (before?.over ?? Promise.resolve()).then(() => this.#serve(socket));
    const serving = { socket, over };
    this.#serving = serving;
    void over.finally(() => {
      if (this.#serving === serving) this.#serving = null;
    });
  }

  async #serve(socket: Socket): Promise<void> {
    const { entry, allowed, log } = this.#options;
    try {
      const may = await allowed();
      const session = new Session({ socket, entry, allowed: may, warn: log });
      log(`a daemon has come; its renderer may drive ${[...may.pins].join(', ') || 'no pins'}`);
      await session.run();
      log('the daemon has left');
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      log(`${cause.message}: ${cause.cure}`);
      sendAway(socket, `its service cannot serve: ${cause.message}: ${cause.cure}`);
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    }
  }
}

/** What is no socket is not ours to remove. */
function isOther(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === false;
}
