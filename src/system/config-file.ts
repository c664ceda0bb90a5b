/** Reads the configuration file, within bounds. What is wrong with it is a value, told all at once; nothing is thrown for it. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { Config } from '../model/config.ts';
import { type ConfigMistake, placeMistake } from './config-mistakes.ts';
import { parseConfig } from './config-text.ts';

const MOST_BYTES = 1_048_576;

/**
 * @param path of the file, relative to the working directory.
 * @returns the config, its paths made absolute (they are relative to the file's folder), or every mistake.
 */
export async function loadConfig(path: string): Promise<Result<Config, readonly ConfigMistake[]>> {
  const text = await readConfigText(path);
  if (!text.ok) return err([placeMistake(path, { path: [], message: text.error }, null)]);
  const config = parseConfig(text.value, path);
  if (!config.ok) return config;
  return ok(withAbsolutePaths(config.value, dirname(resolve(path))));
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const { store, tls, mqtt, effects, renderer } = config;
  const { password_file, ca, ...broker } = mqtt.broker;
  return {
    ...config,
    effects: { path: effects.path === null ? null : resolve(folder, effects.path) },
    store: { ...store, path: resolve(folder, store.path) },
    renderer: { ...renderer, socket: resolve(folder, renderer.socket) },
    tls: tls === null ? null : { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) },
    mqtt: {
      ...mqtt,
      broker: {
        ...broker,
        ...(password_file === undefined ? {} : { password_file: resolve(folder, password_file) }),
        ...(ca === undefined ? {} : { ca: resolve(folder, ca) }),
      },
    },
  };
}

/** @returns its text, or what is wrong with the file. */
export async function readConfigText(path: string): Promise<Result<string, string>> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a named pipe without a writer would hold us for ever
  } catch (cause) {
    return err(whyUnreadable(cause));
  }
  try {
    const found = await file.stat();
    if (found.isDirectory()) return err('is a folder: name the file in it, such as config.yaml');
    if (!found.isFile()) return err('must be an ordinary file');
    return await readBounded(file);
  } catch (cause) {
    return err(whyUnreadable(cause));
  } finally {
    await file.close();
  }
}

/** Reads one byte more than allowed at most, whatever the file's size was said to be. */
async function readBounded(file: FileHandle): Promise<Result<string, string>> {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > MOST_BYTES) return err(`must have at most ${MOST_BYTES} bytes`);
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return err('must be text in UTF-8');
  }
}

/** @throws what is no error of the file system. */
function whyUnreadable(cause: unknown): string {
  if (!(cause instanceof Error && 'code' in cause)) throw cause;
  switch (cause.code) {
    case 'ENOENT':
      return 'does not exist: name the file with -c FILE';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read: this user has no permission to';
    case 'EISDIR':
      return 'is a folder: name the file in it, such as config.yaml';
    default:
      return `cannot be read: ${cause.message}`;
  }
}
