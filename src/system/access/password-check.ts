/**
 * Checks passwords, few at a time: each check takes tens of megabytes and a thread of Node's pool of four, which files need
 * as well. Others wait in a bounded queue; what was right a while ago is remembered, so that a client that reconnects
 * costs nothing.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { BoundedQueue } from '../../base/bounded-queue.ts';
import { type Hasher, isPassword, type PasswordHash, scryptHasher } from './password-hash.ts';

/** Half of Node's thread pool, and 64 MiB at the default cost. */
const AT_ONCE = 2;
const MOST_WAITING = 100;
const MOST_REMEMBERED = 256;

export type Verdict = 'right' | 'wrong' | 'busy';

export interface PasswordQuestion {
  readonly user: string;
  readonly password: string;
  /** As the configuration has it, and what it means; of an unknown user `null` and a hash that nobody's password has. */
  readonly written: string | null;
  readonly wanted: PasswordHash;
  /** Asked again when its turn has come: others may have failed meanwhile. */
  readonly mayGoOn: () => boolean;
}

/**
 * What is remembered is no password, but a MAC of user, password and the configured hash, under a key that lives and dies
 * with this process. Who could read key and MACs could read passwords as they come in, too; the files hold neither. A
 * changed or removed hash matches nothing any more, and who waits after failures is not asked about: the memory makes no
 * guess faster.
 */
export class PasswordCheck {
  readonly #hasher: Hasher;
  readonly #key = randomBytes(32);
  /** Least recently used first. */
  readonly #right = new Set<string>();
  readonly #waiting = new BoundedQueue<() => void>(MOST_WAITING);
  #underWay = 0;

  constructor(hasher: Hasher = scryptHasher) {
    this.#hasher = hasher;
  }

  /** @returns `busy` where too many wait already, or the question came to nothing while it waited. */
  async check(question: PasswordQuestion): Promise<Verdict> {
    if (this.#remembers(question)) return 'right';
    if (!(await this.#turn())) return 'busy';
    try {
      if (!question.mayGoOn()) return 'busy';
      if (this.#remembers(question)) return 'right';
      const right = await isPassword(question.password, question.wanted, this.#hasher);
      if (!right || question.written === null) return 'wrong';
      this.#remember(this.#macOf(question));
      return 'right';
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** @returns whether there is a turn at all; whoever got one gives it back. */
  #turn(): Promise<boolean> {
    if (this.#underWay < AT_ONCE) {
      this.#underWay += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const go = () => {
        this.#underWay += 1;
        resolve(true);
      };
      if (!this.#waiting.push(go)) resolve(false);
    });
  }

  #remembers(question: PasswordQuestion): boolean {
    const mac = this.#macOf(question);
    if (question.written === null || !this.#right.has(mac)) return false;
    this.#remember(mac);
    return true;
  }

  #remember(mac: string): void {
    this.#right.delete(mac);
    this.#right.add(mac);
    const [oldest] = this.#right;
    if (this.#right.size > MOST_REMEMBERED && oldest !== undefined) this.#right.delete(oldest);
  }

  #macOf({ user, password, written }: PasswordQuestion): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([user, password, written]))
      .digest('base64');
  }
}
