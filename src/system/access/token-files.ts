/**
 * The daemon's view of the key and the list of issued tokens: read only, taken anew when the files change, and closed
 * rather than open: where one is missing, damaged or open to others, no token is let in, and the log says so once.
 */
import { join } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { Logger } from '../../base/logger.ts';
import { type PrivateFile, readPrivate } from './private-file.ts';
import { KEY_FILE, LIST_FILE, parseFile, type TokenEntry, type TokenKey, tokenKeySchema, tokenListSchema } from './token-format.ts';

/** A disk that hangs must not hold a login for ever: what was known before counts then, as it does where a read fails. */
const LONGEST_LOOK_MS = 2000;

/** The file system's word that somebody closed the files to us: then nobody comes in by them. */
const closed: readonly string[] = ['EACCES', 'EPERM', 'ELOOP', 'ENOTDIR', 'EISDIR'];

interface Known {
  readonly key: TokenKey;
  readonly entries: ReadonlyMap<string, TokenEntry>;
}

export class TokenFiles {
  readonly #folder: string;
  readonly #logger: Logger;
  #known: Known | null = null;
  /** What both files looked like when they were read. */
  #seen = '';
  /** The last fault of the file system, which is told once. */
  #fault: string | null = null;
  #looking: Promise<void> | null = null;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  /** `null` where no token has ever been issued, or none can be let in. */
  get key(): TokenKey | null {
    return this.#known?.key ?? null;
  }

  /** @returns `null` where the token was not issued here, was revoked, or has expired. */
  entry(id: string, nowMs: number): TokenEntry | null {
    const found = this.#known?.entries.get(id);
    return found !== undefined && found.revoked === null && nowMs < Date.parse(found.expires) ? found : null;
  }

  /** Differs once the files have changed, or another token is over. */
  state(nowMs: number): string {
    const ids = [...(this.#known?.entries.keys() ?? [])];
    return [this.#seen, ...ids.filter((id) => this.entry(id, nowMs) !== null)].join();
  }

  /** Reads what has changed. Those that come while it looks share the look. */
  async look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_LOOK_MS);
    });
    await Promise.race([this.#looking, late]);
    clearTimeout(timer);
  }

  async #read(): Promise<void> {
    let [key, list]: (PrivateFile | null)[] = [null, null];
    try {
      [key, list] = [await readPrivate(join(this.#folder, KEY_FILE)), await readPrivate(join(this.#folder, LIST_FILE))];
    } catch (cause) {
      return this.#failed(cause);
    }
    this.#fault = null;
    const seen = `${key?.stamp} ${list?.stamp}`;
    if (seen === this.#seen) return;
    if (key === null || list === null) {
      if (key === list) this.#forget(seen);
      else this.#refuse(seen, { missing: key === null ? KEY_FILE : LIST_FILE }, 'a file of the tokens is missing: no token is let in');
      return;
    }
    this.#take(seen, key, list);
  }

  /** A failing disk, or a flood that took all descriptors, must not cut off those who were let in. */
  #failed(cause: unknown): void {
    const code = errorCode(cause);
    if (code === null || closed.includes(code)) this.#forget('');
    if (this.#fault !== String(code)) this.#logger.error({ err: cause }, 'the files of the tokens cannot be read');
    this.#fault = String(code);
  }

  #take(seen: string, key: PrivateFile, list: PrivateFile): void {
    for (const { path, openTo } of [key, list]) {
      const facts = { file: path, cure: `chmod 600 ${path}` };
      if (openTo === 'everybody') return this.#refuse(seen, facts, 'a file of the tokens is open to every user: no token is let in');
      if (openTo === 'group') this.#logger.warn(facts, 'a file of the tokens is open to its group');
    }
    try {
      const { tokens } = parseFile(tokenListSchema, list.text);
      this.#known = { key: parseFile(tokenKeySchema, key.text), entries: new Map(tokens.map((entry) => [entry.id, entry])) };
      this.#seen = seen;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      // Not the cause: a parser may quote the key.
      const facts = { folder: this.#folder, cure: `restore ${KEY_FILE} and ${LIST_FILE}, or remove both and issue the tokens anew` };
      this.#refuse(seen, facts, 'a file of the tokens is damaged: no token is let in');
    }
  }

  #refuse(seen: string, facts: Readonly<Record<string, unknown>>, why: string): void {
    if (this.#seen !== seen) this.#logger.error(facts, why);
    this.#forget(seen);
  }

  #forget(seen: string): void {
    this.#seen = seen;
    this.#known = null;
  }
}
