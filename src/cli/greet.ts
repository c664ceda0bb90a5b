/** Opens the connection to a broker, or says why there is none and what helps. */
import { createConnection } from 'node:net';
import { type IClientOptions, MqttClient } from 'mqtt';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** `null`: a random one. */
  readonly clientId: string | null;
  readonly baseTopic: string;
  /** For connecting, and for each reply. */
  readonly timeoutMs: number;
  /** Comes back by itself after a loss: for whoever listens for long. */
  readonly persistent?: boolean;
}

/** Nobody there, or nobody who lets us in. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Between attempts of a client that comes back by itself. */
const RETRY_MS = 1000;

/** @throws Unreachable */
export function greet(options: ConnectOptions, clientId: string): Promise<MqttClient> {
  const { host, port, timeoutMs } = options;
  const reconnectPeriod = options.persistent === true ? RETRY_MS : 0;
  const settings: IClientOptions = { protocolVersion: 4, clientId, clean: true, connectTimeout: timeoutMs, reconnectPeriod };
  // A socket of our own, as the client leaves Nagle's algorithm on, and each reply would wait 40 ms for a delayed ACK.
  const client = new MqttClient(() => createConnection({ host, port, noDelay: true }), settings);
  return new Promise((resolve, reject) => {
    const welcome = () => settle(() => resolve(client));
    const failed = (cause: Error) => give(whyUnreachable(cause, host, port));
    const closed = () => give(`${host}:${port} closed the connection: it is no MQTT broker, or it does not let this client in`);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      client.off('connect', welcome).off('error', failed).off('close', closed);
      act();
    };
    const give = (why: string) =>
      settle(() => {
        client.on('error', () => {}); // what comes late after giving up
        client.end(true);
        reject(new Unreachable(why));
      });
    const timer = setTimeout(() => give(`no MQTT broker answers at ${host}:${port} within ${timeoutMs / 1000} s`), timeoutMs);
    client.on('connect', welcome).on('error', failed).on('close', closed);
  });
}

function whyUnreachable(cause: Error, host: string, port: number): string {
  const code = 'code' in cause ? cause.code : undefined;
  const start = 'start it with "diuna run -c config.yaml" or "systemctl start diuna", or name another address with -H and -p';
  if (code === 'ECONNREFUSED') return `no daemon runs at ${host}:${port}: ${start}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host ${host}: name another with -H`;
  if (typeof code === 'number') return `the broker at ${host}:${port} refused this client: ${cause.message}`;
  return `the daemon at ${host}:${port} cannot be reached (${cause.message}): ${start}`;
}
