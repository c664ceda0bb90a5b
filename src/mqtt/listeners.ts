/** The TCP ports of the broker: opens them, hands over who comes, and closes them first of all at a stop. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../base/fault.ts';
import type { Address } from '../model/config.ts';
import { plainAddress } from './guards/admission.ts';

export class Listeners {
  readonly #arrived: (socket: Socket, address: string) => void;
  readonly #servers: Server[] = [];

  /** @param arrived is given each connection as it comes, with the IP address it came from. */
  constructor(arrived: (socket: Socket, address: string) => void) {
    this.#arrived = arrived;
  }

  /** @throws Fault where it cannot be listened on. @returns the address with the port that was taken. */
  async listen(address: Address): Promise<Address> {
    const server = createServer({ noDelay: true }, (socket) => this.#arrived(socket, plainAddress(socket.remoteAddress)));
    server.listen(address.port, address.host);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw listenFault(address, cause);
    }
    this.#servers.push(server);
    const bound = server.address();
    return bound === null || typeof bound === 'string' ? address : { host: address.host, port: bound.port };
  }

  /** Nobody comes from now on. @returns resolves when the connections that there are have ended too. */
  close(): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    return Promise.all(closed).then(() => undefined);
  }
}

function listenFault({ host, port }: Address, cause: unknown): Fault {
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE')
    return new Fault(
      'port_taken',
      `another program listens on ${where}`,
      'stop it (often mosquitto: systemctl stop mosquitto), or change mqtt.listen',
      cause,
    );
  if (code === 'EACCES')
    return new Fault('port_forbidden', `this user may not listen on ${where}`, 'use a port from 1024 up in mqtt.listen', cause);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Fault('no_such_address', `this machine has no address ${host}`, 'name one of its own in mqtt.listen', cause);
  return new Fault(
    'cannot_listen',
    `cannot listen on ${where}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'see mqtt.listen',
    cause,
  );
}
