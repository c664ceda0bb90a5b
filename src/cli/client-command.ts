/** What every client subcommand shares: its options, opening and closing the connection, and the exit code of what went wrong. */

import { printable } from '../base/printable.ts';
import type { Refusal } from '../model/refusal.ts';
import { Connection, NoReply } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatRefusal } from './format.ts';
import { Unreachable } from './greet.ts';
import { type Output, standardOutput } from './output.ts';
import { UsageError } from './usage-error.ts';
import { wayIn } from './way-in.ts';

/** As commander names them. */
export interface ClientOptions {
  readonly host: string;
  /** Left out: that of MQTT, with or without TLS. */
  readonly port?: number;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly clientId?: string;
  readonly baseTopic: string;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

export type ClientWork = (connection: Connection, output: Output) => Promise<ExitCode>;

/** @param persistent for whoever listens for long: the connection comes back after a loss. */
export async function asClient(options: ClientOptions, work: ClientWork, persistent = false): Promise<ExitCode> {
  const output = standardOutput(options.json === true);
  let connection: Connection | null = null;
  try {
    connection = await openAs(options, options.clientId ?? null, persistent);
    return await work(connection, output);
  } catch (cause) {
    return complain(cause, output);
  } finally {
    await connection?.close();
  }
}

export async function openAs(options: ClientOptions, clientId: string | null, persistent = false): Promise<Connection> {
  const { host, baseTopic, timeout } = options;
  const { port, tls, login } = await wayIn(options);
  return Connection.open({ host, port, tls, login, clientId, baseTopic, timeoutMs: timeout * 1000, persistent });
}

/** Sends one command and shows its outcome. */
export function sendOne(
  options: ClientOptions,
  fields: Readonly<Record<string, unknown>>,
  show: (state: unknown) => string,
): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request(fields);
    if (output.json) output.result('', raw);
    else if (reply.ok) output.result(`${show(reply.state)}${reply.changed ? '' : '  (unchanged)'}`, raw);
    if (!reply.ok && !output.json) output.note(formatRefusal(reply.error));
    if (reply.durable === false) output.note('the daemon cannot write to its disk: this change is in memory only');
    return reply.ok ? exitCodes.ok : exitCodes.refused;
  });
}

/** @param raw the reply as it came; left out where the command line itself refuses. */
export function refuse(output: Output, error: Pick<Refusal, 'code' | 'message'>, raw: unknown = { ok: false, error }): ExitCode {
  if (output.json) output.result('', raw);
  else output.note(formatRefusal(error));
  return exitCodes.refused;
}

/** @throws what is a bug. */
function complain(cause: unknown, output: Output): ExitCode {
  if (cause instanceof Unreachable) return tell(output, cause, 'unreachable', exitCodes.unavailable);
  if (cause instanceof NoReply) return tell(output, cause, 'no_reply', exitCodes.tempFail);
  if (cause instanceof UsageError) return tell(output, cause, 'usage', exitCodes.usage);
  throw cause;
}

function tell(output: Output, cause: Error, code: string, exitCode: ExitCode): ExitCode {
  if (output.json) output.result('', { ok: false, error: { code, message: cause.message } });
  else output.note(printable(`diuna: ${cause.message}`));
  return exitCode;
}
