/**
 * Makes TLS of connections that have come in, for one address. Who never agrees on TLS ends in bounded time, and whoever
 * fails is told of with who, from where and why.
 */
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { plainAddress, tlsFailure } from '../base/network.ts';

/** The certificate to serve with, which may change while we run. */
export interface Certificates {
  readonly options: SecureContextOptions;
  /** @param listener is given what new connections are to be served with from now on. */
  onChange(listener: (options: SecureContextOptions) => void): void;
}

export interface TlsParts {
  readonly certificates: Certificates;
  readonly handshakeMs: number;
  readonly secured: (socket: TLSSocket, address: string) => void;
  readonly failed: (address: string, why: string) => void;
}

export class TlsListener {
  readonly #server: Server;

  constructor({ certificates, handshakeMs, secured, failed }: TlsParts) {
    this.#server = createServer({ ...certificates.options, handshakeTimeout: handshakeMs });
    certificates.onChange((options) => this.#server.setSecureContext(options));
    this.#server.on('tlsClientError', (cause, socket) => {
      failed(plainAddress(socket.remoteAddress), tlsFailure(cause));
      socket.destroy();
    });
    this.#server.on('secureConnection', (socket) => {
      // TLS 1.3 lets the server finish before the client has judged our certificate: its verdict comes as an error later.
      socket.prependListener('error', (cause) => {
        cause.message = tlsFailure(cause);
      });
      secured(socket, plainAddress(socket.remoteAddress));
    });
  }

  /** It listens nowhere itself: caps hold for connections before anything is spent on TLS with them. */
  take(socket: Socket): void {
    void socket.remoteAddress; // kept from here on: a socket that has ended cannot say it
    this.#server.emit('connection', socket);
  }
}
