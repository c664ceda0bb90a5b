/** What every room that listens says in the same words: who has come, why it cannot be listened on, and how TLS failed. */
import { errorCode } from './error-code.ts';
import { Fault } from './fault.ts';

/** One address, however it is written: an IPv4 one may come mapped into IPv6. */
export function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '');
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Where the configuration says so. */
  readonly setting: string;
  /** Who often has the port, and what to do then. */
  readonly rival?: string;
}

export function listenFault({ host, port, setting, rival }: Listening, cause: unknown): Fault {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  switch (errorCode(cause)) {
    case 'EADDRINUSE': {
      const stop = rival === undefined ? 'stop it' : `stop it (${rival})`;
      return new Fault('port_taken', `another program listens on ${where}`, `${stop}, or change ${setting}`, cause);
    }
    case 'EACCES':
      return new Fault('port_forbidden', `this user may not listen on ${where}`, `use a port from 1024 up in ${setting}`, cause);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Fault('no_such_address', `this machine has no address ${host}`, `name one of its own in ${setting}`, cause);
    default:
      return new Fault('cannot_listen', `cannot listen on ${where}: ${messageOf(cause)}`, `see ${setting}`, cause);
  }
}

/** Why there was no TLS with somebody, without the library's file names and addresses. */
export function tlsFailure(cause: Error): string {
  const code = errorCode(cause);
  const reason = 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : '';
  if (['wrong version number', 'http request', 'packet length too long', 'record layer failure'].includes(reason)) return 'speaks no TLS';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'TLS was not agreed on in time';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'left before TLS was agreed on';
  if (/unknown ca|bad certificate|certificate unknown/.test(reason)) return `does not trust our certificate (${reason})`;
  return reason === '' ? messageOf(cause) : `TLS failed: ${reason}`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
