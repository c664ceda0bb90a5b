/**
 * Tells systemd how the daemon is (sd_notify(3)), and feeds its watchdog while the daemon makes progress. Through the
 * program systemd-notify, as Node has no datagrams on Unix sockets; the unit says NotifyAccess=all for it. Does nothing
 * where no service manager asked.
 */
import type { Logger } from '../base/logger.ts';
import { runNotify } from './run-notify.ts';

/** Sends assignments such as `READY=1` in one message. Rejects where that failed. */
export type Notify = (assignments: readonly string[]) => Promise<void>;

export interface ServiceManagerOptions {
  readonly logger: Logger;
  /** Whether everything that must not hang answered; asked before each feeding of the watchdog. */
  readonly alive: () => Promise<boolean>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly notify?: Notify;
}

type Phase = 'READY=1' | 'RELOADING=1' | 'STOPPING=1';

export class ServiceManager {
  readonly #notify: Notify | null;
  readonly #logger: Logger;
  readonly #alive: () => Promise<boolean>;
  readonly #watchdogMs: number | null;
  #timer: NodeJS.Timeout | null = null;
  /** Set while `alive` has not answered: it is asked once at a time. */
  #asking = false;
  /** What the next message says. One is under way at most; meanwhile newer values replace older ones. */
  #pending: { phase: Phase | null; feed: boolean } = { phase: null, feed: false };
  #sending = false;

  constructor({ logger, alive, environment = process.env, notify = runNotify }: ServiceManagerOptions) {
    const asked = (environment['NOTIFY_SOCKET'] ?? '') !== '';
    this.#notify = asked ? notify : null;
    this.#logger = logger;
    this.#alive = alive;
    this.#watchdogMs = asked ? watchdogMs(environment) : null;
  }

  /** The daemon serves. Starts the watchdog the first time; also ends a reload. */
  ready(): void {
    if (this.#timer === null && this.#watchdogMs !== null) {
      this.#timer = setInterval(() => void this.#feed(), this.#watchdogMs / 2).unref();
    }
    this.#tell({ phase: 'READY=1' });
  }

  /** Say `ready` once the reload is over, whatever came of it. */
  reloading(): void {
    this.#tell({ phase: 'RELOADING=1' });
  }

  stopping(): void {
    this.#tell({ phase: 'STOPPING=1' });
  }

  /** Ends the watchdog's feeding. What was said before is still sent. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Where an answer does not come, or is no, the service manager is left to restart us. */
  async #feed(): Promise<void> {
    if (this.#asking) return this.#logger.error({}, 'no sign of life since the last time: the watchdog is not fed');
    this.#asking = true;
    try {
      if (await this.#alive()) this.#tell({ feed: true });
      else this.#logger.error({}, 'a part hangs: the watchdog is not fed');
    } catch (err) {
      this.#logger.error({ err }, 'asking for signs of life failed: the watchdog is not fed');
    } finally {
      this.#asking = false;
    }
  }

  #tell({ phase, feed }: { phase?: Phase; feed?: boolean }): void {
    if (this.#notify === null) return;
    const pending = this.#pending;
    this.#pending = { phase: phase ?? pending.phase, feed: feed ?? pending.feed };
    if (!this.#sending) void this.#sendAll(this.#notify);
  }

  /** Sends until nothing is pending: what comes meanwhile goes out together, so this is two rounds as a rule. */
  async #sendAll(notify: Notify): Promise<void> {
    this.#sending = true;
    for (let assignments = this.#take(); assignments.length > 0; assignments = this.#take()) {
      try {
        await notify(assignments);
      } catch (err) {
        this.#logger.warn({ err, assignments }, 'the service manager could not be told');
      }
    }
    this.#sending = false;
  }

  #take(): string[] {
    const { phase, feed } = this.#pending;
    this.#pending = { phase: null, feed: false };
    return [...(phase === null ? [] : [phase]), ...(feed ? ['WATCHDOG=1'] : [])];
  }
}

/** @returns how often the watchdog wants to be fed at the latest, ms; `null` where there is none, or it is another process's. */
function watchdogMs(environment: Readonly<Record<string, string | undefined>>): number | null {
  const { WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = environment;
  if (usec === undefined || !/^\d{1,15}$/.test(usec) || Number(usec) === 0) return null;
  if (pid !== undefined && pid !== String(process.pid)) return null;
  return Number(usec) / 1000;
}
