/** From the options to how a client gets in: the port, the authority that vouches for the daemon, and the login. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { firstLine } from './ask-password.ts';
import type { ClientOptions } from './client-command.ts';
import type { Login, Tls } from './greet.ts';
import { UsageError } from './usage-error.ts';

const MQTT_PORT = 1883;
const MQTTS_PORT = 8883;

/** @throws UsageError where a file cannot be read, or holds something else. */
export async function wayIn(
  options: ClientOptions,
): Promise<{ readonly port: number; readonly tls: Tls | null; readonly login: Login | null }> {
  const tls = options.ca !== undefined ? { ca: await authority(options.ca) } : options.tls === true ? { ca: null } : null;
  return { port: options.port ?? (tls === null ? MQTT_PORT : MQTTS_PORT), tls, login: await loginOf(options) };
}

async function loginOf({ username, passwordFile }: ClientOptions): Promise<Login | null> {
  const fromFile = passwordFile === undefined ? null : firstLine(await read(passwordFile, '--password-file'));
  if (fromFile === '') throw new UsageError(`the first line of ${passwordFile} is empty`);
  const password = fromFile ?? (process.env['DIUNA_PASSWORD'] || null);
  return username === undefined && password === null ? null : { username: username ?? '', password };
}

/** Node passes over what is no certificate, and would then say of every daemon that it cannot be trusted. */
async function authority(path: string): Promise<string> {
  const text = await read(path, '--ca');
  try {
    new X509Certificate(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UsageError(`--ca: ${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  }
}

async function read(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UsageError(`${option}: ${cause.message}`);
  }
}
