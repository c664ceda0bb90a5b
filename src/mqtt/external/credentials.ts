/** What we log in with, read from its files anew at each connection, so that a changed password needs no restart. */
import type { Logger } from '../../base/logger.ts';
import type { Config } from '../../model/config.ts';
import { readSmall } from './small-file.ts';

export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly ca: Buffer | undefined;
}

export class CredentialFiles {
  readonly #config: Config['mqtt']['broker'];
  readonly #logger: Logger;
  #warned = false;

  constructor(config: Config['mqtt']['broker'], logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** @throws Fault where a file cannot be read. */
  async read(): Promise<Credentials> {
    const { username, password_file, ca } = this.#config;
    return {
      username,
      password: password_file === undefined ? undefined : await this.#password(password_file),
      ca: ca === undefined ? undefined : (await readSmall(ca, 'mqtt.broker.ca')).content,
    };
  }

  async #password(path: string): Promise<string> {
    const { content, mode } = await readSmall(path, 'mqtt.broker.password_file');
    if ((mode & 0o077) !== 0 && !this.#warned) {
      this.#warned = true;
      this.#logger.warn({ file: path, cure: `chmod 600 ${path}` }, 'the password file can be read by other users');
    }
    const [first = ''] = content.toString('utf8').split(/\r?\n/);
    return first;
  }
}
