/** The ports of the broker, plain and with TLS: opens them, hands over who comes, and closes them first of all at a stop. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '../base/fault.ts';
import { listenFault, plainAddress } from '../base/network.ts';
import type { Address } from '../model/config.ts';
import type { Certificates } from './tls-listener.ts';

export interface Arrivals {
  /** A connection has come, before anything is spent on it. @returns false where it was refused, and so destroyed. */
  readonly enter: (socket: Duplex, address: string) => boolean;
  /** It may speak MQTT, or what TLS made of it. @param address the IP address that it came from. */
  readonly serve: (stream: Duplex, address: string) => void;
  readonly refused: (guard: 'tls', address: string, why: string) => void;
}

export class Listeners {
  readonly #arrivals: Arrivals;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  /** @throws Fault where it cannot be listened on. @returns the address with the port that was taken. */
  listen(address: Address): Promise<Address> {
    return this.#open(address, 'mqtt.listen', (socket, from) => this.#arrivals.serve(socket, from));
  }

  /**
   * The same with TLS.
   * @param certificates `null` where the configuration names none.
   * @param handshakeMs in which TLS has to be agreed on.
   */
  async listenTls(address: Address, certificates: Certificates | null, handshakeMs: number): Promise<Address> {
    if (certificates === null) throw new Fault('no_certificate', 'mqtt.listen_tls needs a certificate', 'name its files in tls');
    const { TlsListener } = await import('./tls-listener.ts'); // few need it, and all would wait for it at start
    const { serve, refused } = this.#arrivals;
    const listener = new TlsListener({
      certificates,
      handshakeMs,
      secured: serve,
      failed: (from, why) => refused('tls', from, `on the TLS port: ${why}`),
    });
    return this.#open(address, 'mqtt.listen_tls', (socket) => listener.take(socket));
  }

  /** Nobody comes from now on. @returns resolves when the connections that there are have ended too. */
  close(): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    return Promise.all(closed).then(() => undefined);
  }

  /** Ends what is left: connections that never got as far as to be served. */
  endAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(address: Address, setting: string, entered: (socket: Socket, from: string) => void): Promise<Address> {
    const server = createServer({ noDelay: true }, (socket) => {
      const from = plainAddress(socket.remoteAddress);
      if (!this.#arrivals.enter(socket, from)) return;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      entered(socket, from);
    });
    server.listen(address.port, address.host);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw listenFault({ ...address, setting, rival: 'often mosquitto (systemctl stop mosquitto), or a diuna that runs already' }, cause);
    }
    this.#servers.push(server);
    const bound = server.address();
    return bound === null || typeof bound === 'string' ? address : { host: address.host, port: bound.port };
  }
}
