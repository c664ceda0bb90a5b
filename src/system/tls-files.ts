/**
 * The certificate and key files of `tls`: reads and judges them at start, looks after them while we run, and hands every
 * server the new pair when they have changed. A pair that does not fit changes nothing and is reported.
 */

import { stat } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { errorCode } from '../base/error-code.ts';
import { Fault } from '../base/fault.ts';
import type { Logger } from '../base/logger.ts';
import type { Report } from '../engine/ports.ts';
import type { TlsPaths } from './tls-pair.ts';

const LOOK_MS = 10_000;
/** The two files are replaced one after the other, and each while it may be read: they count once they rest. */
const REST_MS = 500;
const REST_TRIES = 10;

export interface TlsFilesParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: Report;
  /** Between looks at the files. */
  readonly lookMs?: number;
}

export class TlsFiles {
  readonly #paths: TlsPaths;
  readonly #parts: TlsFilesParts;
  readonly #listeners: ((options: SecureContextOptions) => void)[] = [];
  #options: SecureContextOptions = {};
  /** What the files looked like when they were judged last. */
  #seen: string | null = null;
  #isBlind = false;
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(paths: TlsPaths, parts: TlsFilesParts) {
    this.#paths = paths;
    this.#parts = parts;
  }

  /** What a server is to be made with; to be asked once the files are open. */
  get options(): SecureContextOptions {
    return this.#options;
  }

  /** @param listener is given what new connections are to be served with from now on. */
  onChange(listener: (options: SecureContextOptions) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * To be called before rights are dropped: only root may read the files that certbot makes.
   * @throws Fault where they cannot be read, or do not fit.
   */
  async open(): Promise<void> {
    this.#seen = await this.#look();
    await this.#take();
    this.#timer = setInterval(() => void this.check(), this.#parts.lookMs ?? LOOK_MS).unref();
  }

  /** Looks whether the files have changed, now. Never rejects: what failed unexpectedly must not end all later looks. */
  check(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#check())
      .catch((cause: unknown) => this.#parts.logger.error({ err: cause }, 'the TLS files could not be looked at'));
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const now = await this.#look();
    if (now === null) return this.#tellBlind();
    if (now === this.#seen) return;
    this.#seen = await this.#rest(now);
    try {
      await this.#take();
      for (const listener of this.#listeners) listener(this.#options);
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      this.#reject(cause);
    }
  }

  /** @throws Fault */
  async #take(): Promise<void> {
    const { judgePair, readPair } = await import('./tls-pair.ts'); // few need it, and all would wait for it at start
    const { clock, logger } = this.#parts;
    const { options, facts, warnings } = judgePair(await readPair(this.#paths), this.#paths, clock.wallMs());
    this.#options = options;
    logger.info(facts, 'TLS certificate taken');
    for (const warning of warnings) logger.warn(facts, warning);
  }

  /** The pair before goes on. */
  #reject({ message, cure }: Fault): void {
    this.#parts.logger.error({ cause: message, cure }, 'the TLS certificate that was in use goes on: the new files do not do');
    const mistake = { line: null, path: 'tls', message: `${message}: ${cure}` };
    this.#parts.report('system.config_rejected', { file: this.#paths.cert, mistakes: [mistake] });
  }

  /** After rights were dropped the folder itself may be closed to us. */
  #tellBlind(): void {
    if (this.#isBlind) return;
    this.#isBlind = true;
    const cure = `let the user of the daemon into their folder, or restart it after each renewal`;
    this.#parts.logger.warn({ ...this.#paths, cure }, 'the TLS files can be read no more since rights were dropped: renewals go unnoticed');
  }

  /** @returns what the files look like once they have stopped changing. */
  async #rest(before: string): Promise<string | null> {
    let last: string | null = before;
    for (let tries = 0; tries < REST_TRIES; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, REST_MS).unref());
      const now = await this.#look();
      if (now === last) break;
      last = now;
    }
    return last;
  }

  /** Symbolic links are followed: certbot turns them to a new file. @returns null where we may not look. */
  async #look(): Promise<string | null> {
    try {
      const found = await Promise.all([this.#paths.cert, this.#paths.key].map((path) => stat(path)));
      return found.map(({ dev, ino, size, mtimeMs, ctimeMs }) => [dev, ino, size, mtimeMs, ctimeMs].join(':')).join(' ');
    } catch (cause) {
      const code = errorCode(cause);
      return code === 'EACCES' || code === 'EPERM' ? null : String(code);
    }
  }
}
