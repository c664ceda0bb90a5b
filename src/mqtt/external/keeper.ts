/**
 * Keeps one connection to the broker as long as the daemon runs: tries again after a loss, ever more rarely, speaks 3.1.1 where the
 * broker does not know MQTT 5, and tells of an outage once.
 */
import type { Packet } from 'mqtt-packet';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { Logger } from '../../base/logger.ts';
import { BackOff } from './back-off.ts';
import type { Credentials } from './credentials.ts';
import { Link, type LinkSettings, type Loss, type Session, type Version } from './link.ts';
import { cureOf, isTakenOver, OTHER_WITH_OUR_ID } from './trouble.ts';
import { Versions } from './versions.ts';

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
  readonly #versions: Versions;
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
    this.#versions = new Versions(parts.newest);
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
      this.#link = new Link({ ...settings, ...known, version: this.#versions.next }, this.#events());
    } catch (cause) {
      this.#down(notBegun(cause));
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
    const { logger, clock, settings } = this.#parts;
    const link = this.#link;
    if (link === null) return;
    this.#upUs = clock.monotonicUs();
    const protocol = session.version === 5 ? '5' : '3.1.1';
    this.#versions.up();
    if (this.#versions.why !== null) logger.info({ protocol }, this.#versions.why);
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
    if (this.#versions.lost(loss) === 'at once') return void this.#try();
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
}

/** There was no connection yet: a file could not be read, or the settings do not do. */
function notBegun(cause: unknown): Loss {
  const origin = cause instanceof Fault ? cause.cause : cause;
  const code = origin instanceof Error && 'code' in origin && typeof origin.code === 'string' ? origin.code : null;
  const loss = { why: cause instanceof Error ? cause.message : String(cause), code, wasUp: false };
  return cause instanceof Fault ? { ...loss, cure: cause.cure } : loss;
}
