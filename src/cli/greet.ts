/** Opens the connection to a broker, or says why there is none and what helps. */
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type IClientOptions, MqttClient } from 'mqtt';

export interface Tls {
  /** In PEM; `null`: the authorities that Node knows. */
  readonly ca: string | null;
}

export interface Login {
  /** Empty beside a token: version 3.1.1 knows no password without a user name [MQTT-3.1.2-22]. */
  readonly username: string;
  readonly password: string | null;
}

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | null;
  readonly login: Login | null;
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

/** CONNACK of 3.1.1: bad user name or password, not authorized. */
const badLogin: readonly number[] = [4, 5];

/** Of 3.1.1: server unavailable; of 5: the same, and connection rate exceeded. What passes by itself. */
const passing: readonly number[] = [3, 0x88, 0x9f];

/** @returns why a broker that is there will not let this client in again, or `null` where trying on may help. */
export function whyRefused(cause: Error, { host, port }: ConnectOptions): string | null {
  const code = 'code' in cause ? cause.code : undefined;
  return typeof code === 'number' && !passing.includes(code) ? whyUnreachable(cause, host, port) : null;
}

/** @throws Unreachable */
export function greet(options: ConnectOptions, clientId: string): Promise<MqttClient> {
  const { host, port, timeoutMs } = options;
  const client = new MqttClient(() => openSocket(options), settingsOf(options, clientId));
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

function settingsOf({ timeoutMs, persistent, login }: ConnectOptions, clientId: string): IClientOptions {
  const reconnectPeriod = persistent === true ? RETRY_MS : 0;
  const { username, password = null } = login ?? {};
  return {
    protocolVersion: 4,
    clientId,
    clean: true,
    connectTimeout: timeoutMs,
    reconnectPeriod,
    reconnectOnConnackError: true, // whether a refusal is the end is judged here: `whyRefused`
    ...(username === undefined ? {} : { username }),
    ...(password === null ? {} : { password }),
  };
}

/** A socket of our own, as the client leaves Nagle's algorithm on, and each reply would wait 40 ms for a delayed ACK. */
function openSocket({ host, port, tls }: ConnectOptions): Socket {
  if (tls === null) return createConnection({ host, port, noDelay: true });
  // What is written before the certificate is found good is kept back by Node, and thrown away where it is not.
  const socket = connectTls({ host, port, ...(tls.ca === null ? {} : { ca: tls.ca }), ...(isIP(host) === 0 ? { servername: host } : {}) });
  return socket.setNoDelay(true);
}

function whyUnreachable(cause: Error, host: string, port: number): string {
  const code = 'code' in cause ? cause.code : undefined;
  const start = 'start it with "diuna run -c config.yaml" or "systemctl start diuna", or name another address with -H and -p';
  if (code === 'ECONNREFUSED') return `no daemon runs at ${host}:${port}: ${start}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host ${host}: name another with -H`;
  if (typeof code === 'number' && badLogin.includes(code)) {
    return `${host}:${port} lets nobody in by this login: name a user with -u and give the password or token by --password-file or DIUNA_PASSWORD`;
  }
  if (typeof code === 'number' && passing.includes(code)) {
    return `${host}:${port} lets nobody in now: too many wrong passwords from this address, or the daemon is busy: try again in a moment`;
  }
  if (typeof code === 'number') return `the broker at ${host}:${port} refused this client: ${cause.message}`;
  if (typeof code === 'string' && /CERT|SELF_SIGNED|ISSUER|VERIFY|ALTNAME/.test(code)) {
    return `the certificate of ${host}:${port} cannot be trusted (${cause.message}): name its authority with --ca, and the host as the certificate does`;
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || cause.message.includes('before secure TLS'))
    return `${host}:${port} does not speak TLS: name another port with -p`;
  return `the daemon at ${host}:${port} cannot be reached (${cause.message}): ${start}`;
}
