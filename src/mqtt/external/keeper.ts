/**
 * Keeps one connection to the broker as long as the daemon runs: tries again after a loss, ever more rarely, speaks 3.1.1 where the
 * broker does not know MQTT 5, and tells of an outage once.
 */
import type { Packet } from 'mqtt-packet';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { BackOff } from './back-off.ts';
import type { Credentials } from './credentials.ts';
import { Link, type LinkSettings, type Loss, type Session, type Version } from './link.ts';
import { cureOf, isClosedWithoutAWord, isTakenOver, isVersionRefused, OTHER_WITH_OUR_ID } from './trouble.ts';

export interface KeeperParts {
  readonly settings: Pick<LinkSettings, 'url' | 'clientId' | 'will'>;
  readonly newest: Version;
  /** Rejects where a file cannot be read. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly logger: Logger;
  up(link: Link, session: Session): void;
  packet(packet: Packet): void;
  drain(): void;
  down(): void;
  /** The broker is away: told once, until it is back. */
  lost(facts: Readonly<Record<string, unknown>>): void;
  found(facts: Readonly<Record<string, unknown>>): void;
}

export class Keeper {
  readonly #parts: KeeperParts;
  readonly #backOff = new BackOff(Math.random);
  #version: Version;
  #link: Link | null = null;
  #timer: NodeJS.Timeout | undefined;
  #upUs = 0;
  /** Since when the broker is away, of the monotonic clock; `null` while it is there, and before the first try. */
  #awayUs: number | null = null;
  #stopping = false;
  #complained = false;
  #whenDown: (() => void)[] = [];

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#version = parts.newest;
  }

  start(): void {
    void this.#try();
  }

  /** Says goodbye, for a bounded time; never comes back. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const link = this.#link;
    if (link === null) return;
    const down = new Promise<void>((resolve) => this.#whenDown.push(resolve));
    const late = setTimeout(() => link.cut(), limitMs);
    link.leave();
    await down;
    clearTimeout(late);
  }

  async #try(): Promise<void> {
    const { settings, credentials } = this.#parts;
    try {
      const known = await credentials();
      if (this.#stopping) return;
      this.#link = new Link({ ...settings, ...known, version: this.#version }, this.#events());
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
      this.#down({ why: cause instanceof Error ? cause.message : String(cause), code, wasUp: false });
    }
  }

  #events() {
    return {
      up: (session: Session) => this.#up(session),
      packet: (packet: Packet) => this.#parts.packet(packet),
      drain: () => this.#parts.drain(),
      down: (loss: Loss) => this.#down(loss),
    };
  }

  #up(session: Session): void {
    const { logger, clock, newest, settings } = this.#parts;
    const link = this.#link;
    if (link === null) return;
    this.#upUs = clock.monotonicUs();
    const protocol = session.version === 5 ? '5' : '3.1.1';
    if (session.version !== newest) logger.info({ protocol }, 'the broker does not speak MQTT 5: an older version does');
    if (this.#awayUs === null) logger.info({ broker: settings.url, protocol }, 'connected to the broker');
    else this.#parts.found({ broker: settings.url, protocol, away_s: Math.round((clock.monotonicUs() - this.#awayUs) / 1e6) });
    this.#awayUs = null;
    this.#parts.up(link, session);
  }

  #down(loss: Loss): void {
    const { clock, logger, settings } = this.#parts;
    this.#link = null;
    for (const resolve of this.#whenDown.splice(0)) resolve();
    if (loss.wasUp) this.#parts.down();
    if (this.#stopping) return;
    this.#backOff.lost(loss.wasUp ? (clock.monotonicUs() - this.#upUs) / 1000 : null);
    const again = this.#chooseVersion(loss);
    if (again === 'at once') return void this.#try();
    if (this.#awayUs === null) {
      this.#awayUs = clock.monotonicUs();
      this.#parts.lost({ broker: settings.url, why: loss.why, code: loss.code, cure: cureOf(loss) });
    } else logger.debug({ why: loss.why, code: loss.code }, 'the broker is still away');
    const driven = isTakenOver(loss) || (loss.wasUp && this.#backOff.isUnstable);
    if (driven && !this.#complained)
      logger.error({ client_id: settings.clientId, cure: OTHER_WITH_OUR_ID }, 'the connection is lost soon after each login');
    if (loss.wasUp) this.#complained = driven;
    this.#timer = setTimeout(() => void this.#try(), driven ? this.#backOff.latest() : this.#backOff.next());
  }

  /** Once it was refused 5 is left for good; where a broker hangs up without a word, the other version gets the next turn. */
  #chooseVersion(loss: Loss): 'at once' | 'later' {
    if (this.#parts.newest !== 5) return 'later';
    const refused = isVersionRefused(loss);
    if (refused && this.#version === 5) {
      this.#version = 4;
      return 'at once';
    }
    if (isClosedWithoutAWord(loss)) this.#version = this.#version === 5 ? 4 : 5;
    return 'later';
  }
}
