/**
 * Sender and listener on one broker: a load of commands at a rate, and how long each took to its reply, from the moment
 * at which it was meant to be sent.
 */
import type { Listener } from '../helpers/listener.ts';
import type { Sender, Sent } from '../helpers/sender.ts';
import { Helper } from './helper-process.ts';
import type { SelfReport } from './self-watch.ts';
import { percentile } from './statistics.ts';

export interface Load {
  /** Commands a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly ack?: 'applied' | 'rendered';
}

export interface Replies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly latencyMs: readonly number[];
  /** Milliseconds from decided to durable, as the replies say. */
  readonly durableMs: readonly number[];
  readonly sent: number;
  /** Commands without a reply. */
  readonly lost: number;
  readonly refused: number;
  readonly replyBytes: number;
  /** Number of the first command, and each one's intended moment. */
  readonly first: number;
  readonly intendedMs: Float64Array;
  /** p99 of the sender's own lateness. */
  readonly lateMs: number;
  readonly listener: SelfReport;
}

const SENDERS = 10;
const REPLY_TIMEOUT_MS = 8000;

export class Rig {
  readonly sender = new Helper<Sender>('sender');
  readonly #listener = new Helper<Listener>('listener');
  #next = 1;

  static async open(port: number, senders = SENDERS): Promise<Rig> {
    const rig = new Rig();
    await rig.#listener.call('connect', { port });
    await rig.sender.call('connect', { port, count: senders, prefix: 'sender' });
    return rig;
  }

  async load({ rate, seconds, ack = 'applied' }: Load): Promise<Replies> {
    const first = this.#next;
    const count = Math.round(rate * seconds);
    this.#next += count;
    await this.#listener.call('expect', { first, count });
    const sent = await this.sender.call('send', { from: first, count, rate, ack });
    return this.#collect(sent, first, count);
  }

  async #collect(sent: Sent, first: number, count: number): Promise<Replies> {
    const heard = await this.#listener.call('collect', { timeoutMs: REPLY_TIMEOUT_MS });
    const latency = heard.arrivedMs.map((arrivedMs, index) => arrivedMs - (sent.intendedMs[index] ?? Number.NaN));
    const answered = [...latency.filter((ms) => !Number.isNaN(ms))];
    return {
      p50Ms: percentile(answered, 0.5),
      p99Ms: percentile(answered, 0.99),
      latencyMs: answered,
      durableMs: [...heard.durableMs.filter((ms) => !Number.isNaN(ms))],
      sent: count,
      lost: count - answered.length,
      refused: heard.refused,
      replyBytes: heard.replyBytes,
      first,
      intendedMs: sent.intendedMs,
      lateMs: sent.lateMs,
      listener: heard.self,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.sender, this.#listener].map((helper) => helper[Symbol.asyncDispose]()));
  }
}
