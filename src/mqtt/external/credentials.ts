/** What we log in with, read from its files anew at each connection, so that a changed password needs no restart. */
import { open, readFile } from 'node:fs/promises';
import type { Logger } from '../../base/logger.ts';
import type { Config } from '../../model/config.ts';

export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly ca: Buffer | undefined;
}

const MOST_BYTES = 65_536;

export class CredentialFiles {
  readonly #config: Config['mqtt']['broker'];
  readonly #logger: Logger;
  #warned = false;

  constructor(config: Config['mqtt']['broker'], logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** @throws where a file cannot be read. */
  async read(): Promise<Credentials> {
    const { username, password_file, ca } = this.#config;
    return {
      username,
      password: password_file === undefined ? undefined : await this.#password(password_file),
      ca: ca === undefined ? undefined : await readFile(ca),
    };
  }

  async #password(path: string): Promise<string> {
    const file = await open(path);
    try {
      const { mode, size } = await file.stat();
      if (size > MOST_BYTES) throw new Error(`${path} is no password file: it has ${size} bytes`);
      if ((mode & 0o077) !== 0 && !this.#warned) {
        this.#warned = true;
        this.#logger.warn({ file: path, cure: `chmod 600 ${path}` }, 'the password file can be read by other users');
      }
      const [first = ''] = (await file.readFile('utf8')).split(/\r?\n/);
      return first;
    } finally {
      await file.close();
    }
  }
}
