/**
 * One knob: what its driver tells becomes commands in the inbox and events. Decides nothing about zones; the one timer here wakes
 * what is pure for what is due.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { ok } from '../base/result.ts';
import { type KnobPlan, planOf, readerSettingsOf, type Turning, turnCommand } from '../core/knobs/knob-plan.ts';
import { type KnobAction, KnobReader } from '../core/knobs/knob-reader.ts';
import type { Report } from '../engine/ports.ts';
import type { Submission } from '../engine/submission.ts';
import type { Command } from '../model/command.ts';
import type { KnobConfig } from '../model/config-knobs.ts';
import { knobTrigger } from '../model/event.ts';
import type { Refusal } from '../model/refusal.ts';
import type { InputError, KnobDriver, KnobSignal } from './knob-driver.ts';

export interface KnobParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly report: Report;
  readonly submit: (submission: Submission) => void;
}

/** A driver's time that is further from ours than this is of another clock. */
const CLOCKS_APART_US = 5_000_000;
/** What has happened by a moment has been read and put in order so long after it: edges of GPIO lines are gathered for 2 ms. */
const HEARD_MS = 3;
/** The same refusal is logged once in so long. */
const LOG_US = 10_000_000;

export class Knob {
  readonly #id: string;
  readonly #config: KnobConfig;
  readonly #plan: KnobPlan;
  readonly #driver: KnobDriver;
  readonly #parts: KnobParts;
  /** Of this opening: what a hand had begun before a failure is over. */
  #reader: KnobReader | null = null;
  #timer: NodeJS.Timeout | undefined;
  #reading: NodeJS.Immediate | undefined;
  /** What the timer is to wake us for; `null`: it does not run. */
  #wakesUs: number | null = null;
  #heardUs = 0;
  readonly #logged = new Map<string, number>();

  constructor(id: string, config: KnobConfig, driver: KnobDriver, parts: KnobParts) {
    this.#id = id;
    this.#config = config;
    this.#plan = planOf(config);
    this.#driver = driver;
    this.#parts = parts;
  }

  /** @param failed is called once at most, when it ended by itself. @throws InputError where it cannot be opened. */
  async open(signal: AbortSignal, failed: (fault: InputError) => void): Promise<void> {
    this.#reader = new KnobReader(readerSettingsOf(this.#config, this.#plan));
    const reader = this.#reader;
    await this.#driver.open(signal, {
      hear: (told) => {
        if (this.#reader === reader) this.#hear(reader, told);
      },
      failed: (fault) => {
        if (this.#reader === reader) failed(fault);
      },
    });
  }

  async close(): Promise<void> {
    this.#sleep();
    this.#reader = null;
    await this.#driver.close();
  }

  #hear(reader: KnobReader, signal: KnobSignal): void {
    const nowUs = this.#parts.clock.monotonicUs();
    const isOurs = signal.atUs <= nowUs && nowUs - signal.atUs < CLOCKS_APART_US;
    this.#heardUs = Math.max(this.#heardUs, isOurs ? signal.atUs : nowUs);
    this.#do(reader.hear(signal, this.#heardUs, nowUs), nowUs);
    this.#arm(reader);
  }

  /**
   * A timer that fires late comes before the edges that waited with it: they are read first, so that their own times decide. What
   * is due by now is judged once everything that has happened by now has been heard.
   */
  #wake(reader: KnobReader): void {
    const nowUs = this.#parts.clock.monotonicUs();
    this.#sleep();
    this.#do(reader.due(nowUs, this.#heardUs), nowUs);
    const { deadlineUs } = reader;
    if (deadlineUs === null || deadlineUs > nowUs) return this.#arm(reader);
    this.#wakesUs = deadlineUs;
    this.#reading = setImmediate(() => {
      this.#timer = setTimeout(() => this.#judge(reader, nowUs), HEARD_MS);
    });
  }

  /** @param knownUs until when everything has been heard. */
  #judge(reader: KnobReader, knownUs: number): void {
    const nowUs = this.#parts.clock.monotonicUs();
    this.#sleep();
    this.#heardUs = Math.max(this.#heardUs, knownUs);
    this.#do(reader.due(nowUs, this.#heardUs), nowUs);
    this.#arm(reader);
  }

  /** A timer that wakes too early finds nothing due and sleeps again. */
  #arm(reader: KnobReader): void {
    const { deadlineUs } = reader;
    if (deadlineUs === null || (this.#wakesUs !== null && this.#wakesUs <= deadlineUs)) return;
    this.#sleep();
    this.#wakesUs = deadlineUs;
    const waitMs = Math.max(1, Math.ceil((deadlineUs - this.#parts.clock.monotonicUs()) / 1000));
    this.#timer = setTimeout(() => this.#wake(reader), waitMs);
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#reading);
    this.#wakesUs = null;
  }

  #do(actions: readonly KnobAction[], nowUs: number): void {
    for (const action of actions) this.#act(action, nowUs);
  }

  #act(action: KnobAction, nowUs: number): void {
    const { rotate, holdRotate, pressed, doublePressed, longPressed } = this.#plan;
    switch (action.kind) {
      case 'turned':
        if (action.detents !== 0) this.#tell('knob.rotated', { detents: action.detents, held: action.held });
        return this.#submit(turn(action.held ? holdRotate : rotate, action.amount), nowUs);
      case 'pressed':
        this.#tell('knob.pressed');
        return this.#submit(pressed, nowUs);
      case 'double_pressed':
        this.#tell('knob.double_pressed');
        return this.#submit(doublePressed, nowUs);
      case 'long_pressed':
        this.#tell('knob.long_pressed');
        return this.#submit(longPressed, nowUs);
      case 'released':
        return this.#tell('knob.released', { held_ms: Math.round(action.heldUs / 1000) });
    }
  }

  #tell(type: Parameters<Report>[0], payload: Parameters<Report>[1] = {}): void {
    this.#parts.report(type, payload, this.#id);
  }

  #submit(command: Command | null, nowUs: number): void {
    if (command === null) return;
    this.#parts.submit({
      request: ok({ request_id: null, command, ack: 'applied', dry_run: false, issued_at_ms: null }),
      source: 'hardware',
      origin: null,
      user: null,
      trigger: knobTrigger(this.#id),
      receivedUs: nowUs,
      respond: (reply) => {
        if (!reply.ok) this.#refused(command, reply.error);
      },
    });
  }

  #refused({ type }: Command, { code, message }: Refusal): void {
    const what = `${type} ${code}`;
    const nowUs = this.#parts.clock.monotonicUs();
    const before = this.#logged.get(what);
    if (before !== undefined && nowUs - before < LOG_US) return;
    this.#logged.set(what, nowUs);
    this.#parts.logger.warn({ knob: this.#id, command: type, code, why: message }, 'what a knob asked for was refused');
  }
}

function turn(turning: Turning | null, amount: number): Command | null {
  return turning === null ? null : turnCommand(turning, amount);
}
