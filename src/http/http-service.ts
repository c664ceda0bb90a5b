/**
 * The HTTP server, with TLS or without: bounds who comes and for how long, looks at Host and Origin of every request
 * before anything else, and hands on what is left. It serves no MQTT itself, and decides nothing.
 */
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Logger } from '../base/logger.ts';
import { listenFault, plainAddress, tlsFailure } from '../base/network.ts';
import type { Address } from '../model/config.ts';
import { answer } from './answer.ts';
import { type Names, refuseHost, refuseOrigin } from './callers.ts';
import type { Certificates, HttpGuard, HttpLimits, MqttDoor } from './door.ts';
import { MqttUpgrade } from './mqtt-upgrade.ts';
import { type Reply, reply, replyRaw } from './replies.ts';

export interface HttpParts {
  readonly address: Address;
  readonly names: Names;
  readonly limits: HttpLimits;
  /** `null`: without TLS. */
  readonly certificates: Certificates | null;
  /** `null` where another broker is used. */
  readonly door: MqttDoor | null;
  readonly logger: Logger;
}

const HEADER_BYTES = 8192;
const HEADERS = 64;
const IDLE_MS = 5000;
/** Where no broker counts connections. */
const CONNECTIONS = 256;
/** How long those whose MQTT has ended may take to say goodbye. */
const GOODBYE_MS = 300;

type Refusal = Reply & { readonly guard: HttpGuard };

export class HttpService {
  readonly #parts: HttpParts;
  readonly #server: HttpServer;
  readonly #upgrade: MqttUpgrade;
  /** Listens in place of `#server`, so that caps hold before anything is spent on a connection. */
  readonly #front: NetServer;
  readonly #sockets = new Set<Socket>();
  /** Connections that have to send a whole request in time. */
  readonly #deadlines = new Map<Duplex, NodeJS.Timeout>();
  #names: Names;
  #port: number;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#names = parts.names;
    this.#port = parts.address.port;
    this.#upgrade = new MqttUpgrade(parts.door, parts.limits);
    this.#server = this.#makeServer();
    // as the library's own servers do
    this.#front = createNetServer({ noDelay: true, allowHalfOpen: parts.certificates === null }, (socket) => this.#arrive(socket));
  }

  /** @throws Fault where it cannot be listened on. @returns where pages find us. */
  async listen(): Promise<string> {
    const { address, certificates } = this.#parts;
    this.#front.listen(address.port, address.host);
    try {
      await once(this.#front, 'listening');
    } catch (cause) {
      throw listenFault({ ...address, setting: 'http.listen' }, cause);
    }
    const bound = this.#front.address();
    if (bound !== null && typeof bound !== 'string') this.#port = bound.port;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `${certificates === null ? 'http' : 'https'}://${host}:${this.#port}`;
  }

  /** From now on other names are ours. */
  configure(names: Names): void {
    this.#names = names;
  }

  /** Nobody comes from now on. @param mqttEnded when the broker has ended its connections. @returns resolves when all have. */
  async stop(mqttEnded: Promise<unknown>): Promise<void> {
    const closed = new Promise((resolve) => this.#front.close(resolve));
    this.#upgrade.stop();
    for (const socket of this.#deadlines.keys()) socket.destroy();
    await mqttEnded.catch(() => undefined); // who waits for it too is told
    const late = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GOODBYE_MS);
    await closed;
    clearTimeout(late);
  }

  #makeServer(): HttpServer {
    const { certificates } = this.#parts;
    const options = { maxHeaderSize: HEADER_BYTES, keepAliveTimeout: IDLE_MS, requireHostHeader: true, insecureHTTPParser: false };
    const server = certificates === null ? createHttpServer(options) : this.#makeSecure(certificates, options);
    server.maxHeadersCount = HEADERS;
    server.on(certificates === null ? 'connection' : 'secureConnection', (socket: Duplex) => this.#expectRequest(socket));
    server.on('request', (request, response) => this.#request(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgradeRequest(request, socket, head));
    server.on('clientError', (cause, socket) => this.#badRequest(cause, socket));
    return server;
  }

  #makeSecure(certificates: Certificates, options: object): HttpServer {
    const server = createHttpsServer({ ...certificates.options, ...options, handshakeTimeout: this.#timeoutMs });
    certificates.onChange((changed) => server.setSecureContext(changed));
    server.on('tlsClientError', (cause, socket) => {
      this.#note('tls', socket, `on the HTTPS port: ${tlsFailure(cause)}`);
      socket.destroy();
    });
    return server;
  }

  get #timeoutMs(): number {
    return this.#parts.limits.connect_timeout * 1000;
  }

  #arrive(socket: Socket): void {
    const { door } = this.#parts;
    const address = plainAddress(socket.remoteAddress);
    if (door !== null ? !door.enter(socket, address) : this.#sockets.size >= CONNECTIONS) return void socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined); // told by whoever works on it
    this.#server.emit('connection', socket);
  }

  /** The library's own watch over slow requests runs on servers that listen themselves only. */
  #expectRequest(socket: Duplex): void {
    clearTimeout(this.#deadlines.get(socket));
    if (!this.#deadlines.has(socket)) socket.once('close', () => this.#heard(socket));
    const timer = setTimeout(() => {
      this.#note('connect_timeout', socket, 'sent no whole request in time');
      socket.destroy();
    }, this.#timeoutMs);
    this.#deadlines.set(socket, timer);
  }

  #heard(socket: Duplex): void {
    clearTimeout(this.#deadlines.get(socket));
    this.#deadlines.delete(socket);
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => {
      if (!request.socket.destroyed) this.#expectRequest(request.socket);
    });
    const refusal = this.#refuse(request);
    if (refusal === null) return answer(request, response);
    this.#note(refusal.guard, request.socket, refusal.text);
    reply(response, refusal);
  }

  #upgradeRequest(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined); // the server has let go of it
    const refusal = this.#refuse(request);
    const address = addressOf(socket);
    if (refusal !== null) {
      this.#note(refusal.guard, socket, refusal.text);
      replyRaw(socket, refusal);
    } else if (this.#upgrade.take(request, socket, head, address, (guard, why) => this.#refused(guard, address, why))) this.#heard(socket);
  }

  /** [RFC 9110, 15.5.20]: such a request was sent to somebody else. */
  #refuse({ headers }: IncomingMessage): Refusal | null {
    const server = { port: this.#port, secure: this.#parts.certificates !== null, hostName: hostname() };
    const host = refuseHost(headers.host, this.#names, server);
    if (host !== null) return { guard: 'host', status: 421, text: host };
    const origin = refuseOrigin(headers.origin, headers.host, this.#names, server);
    return origin === null ? null : { guard: 'origin', status: 403, text: origin };
  }

  #badRequest(cause: Error & { code?: string; rawPacket?: Buffer }, socket: Duplex): void {
    const isSecured = this.#deadlines.has(socket); // else TLS has failed, which is told already
    if (cause.code === 'ECONNRESET' || !socket.writable || !isSecured) return void socket.destroy();
    const isTls = cause.rawPacket?.[0] === 0x16;
    const text = isTls ? 'speaks TLS on a port without' : `no HTTP request: ${cause.message}`;
    this.#note('http', socket, text);
    replyRaw(socket, { status: cause.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400, text });
  }

  #note(guard: HttpGuard, socket: Duplex, why: string): void {
    this.#refused(guard, addressOf(socket), why);
  }

  #refused(guard: HttpGuard, address: string, why: string): void {
    const { door, logger } = this.#parts;
    if (door === null) logger.debug({ guard, address, why }, 'refused');
    else door.refused(guard, address, why);
  }
}

function addressOf(socket: Duplex): string {
  return plainAddress('remoteAddress' in socket && typeof socket.remoteAddress === 'string' ? socket.remoteAddress : undefined);
}
