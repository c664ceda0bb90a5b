/**
 * `diuna bench`: a light load on a running daemon, as clients make it: commands at a given rate, and how long their
 * replies take. Pings as a rule, which change nothing; with `--change` brightness commands, which wait for the disk and
 * stay in the history. Ends by itself; afterwards the zone has the brightness that it had before.
 */
import { RecentSamples } from '../base/histogram.ts';
import { asClient, type ClientOptions, openAs, refuse } from './client-command.ts';
import { type Connection, NoReply } from './connection.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { zonesOf } from './format.ts';
import { missingZone } from './known-zones.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

export interface BenchOptions extends ClientOptions {
  /** Commands a second, of all clients together. */
  readonly rate: number;
  readonly seconds: number;
  readonly clients: number;
  /** Whether the commands change something. */
  readonly change?: boolean;
  /** What they change; left out: the first of the daemon's zones. */
  readonly zone?: string;
}

interface Tally {
  sent: number;
  answered: number;
  late: number;
  readonly refusals: Map<string, number>;
  /** Milliseconds. */
  readonly latency: RecentSamples;
}

/** Commands under way, beyond which none is sent: a daemon that does not answer is not buried. */
const MOST_UNDER_WAY = 1000;
const LATENCIES = 65_536;

/** The commands that are sent, and what puts back what they changed. */
interface Work {
  readonly zone: string | null;
  command(number: number): Fields;
  readonly restore: Fields | null;
}

type Fields = Readonly<Record<string, unknown>> & { readonly type: string };

const pings: Work = { zone: null, command: () => ({ type: 'system.ping' }), restore: null };

export function bench(options: BenchOptions): Promise<ExitCode> {
  return asClient(options, async (first, output) => {
    if (options.change === true) return withChanges(first, output, options);
    if (options.zone !== undefined) throw new UsageError('a zone is changed with --change only');
    return measureAll(first, output, options, pings);
  });
}

async function withChanges(first: Connection, output: Output, options: BenchOptions): Promise<ExitCode> {
  const { reply, raw } = await first.request({ type: 'state.get' });
  if (!reply.ok) return refuse(output, reply.error, raw);
  const zones = zonesOf(reply.state) ?? [];
  const zone = options.zone ?? zones[0]?.[0] ?? '';
  const missing = missingZone(zones, zone);
  if (missing !== null) return refuse(output, missing);
  const before = brightnessOf(new Map(zones).get(zone));
  const set = (brightness: number) => ({ type: 'zone.set_brightness', zone, brightness, transition: 0 });
  return measureAll(first, output, options, {
    zone,
    command: (number) => set(1 + (number % 255)),
    restore: before === null ? null : set(before),
  });
}

async function measureAll(first: Connection, output: Output, options: BenchOptions, work: Work): Promise<ExitCode> {
  const connections = [first];
  try {
    while (connections.length < options.clients) connections.push(await openAs(options, null));
    const tally = await load(connections, work, options);
    report(tally, work, options, output);
    return tally.answered === tally.sent && tally.refusals.size === 0 ? exitCodes.ok : exitCodes.refused;
  } finally {
    if (work.restore !== null) await first.request(work.restore).catch(ignoreLate);
    for (const connection of connections.slice(1)) await connection.close();
  }
}

/** Sends on an even grid, whatever the replies do: a slow daemon must not slow down its own measurement. */
async function load(connections: readonly Connection[], work: Work, { rate, seconds }: BenchOptions): Promise<Tally> {
  const tally: Tally = { sent: 0, answered: 0, late: 0, refusals: new Map(), latency: new RecentSamples(LATENCIES) };
  const underWay = new Set<Promise<void>>();
  const start = performance.now();
  const total = Math.round(rate * seconds);
  for (let number = 0; number < total; number += 1) {
    const wait = start + (number * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const connection = connections[number % connections.length];
    if (connection === undefined || underWay.size >= MOST_UNDER_WAY) continue;
    tally.sent += 1;
    const command = measure(connection, work.command(number), tally);
    underWay.add(command);
    void command.finally(() => underWay.delete(command));
  }
  await Promise.all(underWay);
  return tally;
}

async function measure(connection: Connection, fields: Fields, tally: Tally): Promise<void> {
  const sent = performance.now();
  try {
    const { reply } = await connection.request(fields);
    tally.answered += 1;
    tally.latency.add(performance.now() - sent);
    if (!reply.ok) tally.refusals.set(reply.error.code, (tally.refusals.get(reply.error.code) ?? 0) + 1);
  } catch (cause) {
    ignoreLate(cause);
    tally.late += 1;
  }
}

/** @throws all but a reply that did not come in time. */
function ignoreLate(cause: unknown): void {
  if (!(cause instanceof NoReply)) throw cause;
}

function report({ sent, answered, late, refusals, latency }: Tally, work: Work, options: BenchOptions, output: Output): void {
  const round = (fraction: number) => Math.round((latency.percentile(fraction) ?? 0) * 100) / 100;
  const latencyMs = { p50: round(0.5), p99: round(0.99), max: round(1) };
  const refused = Object.fromEntries(refusals);
  const { rate, seconds, clients } = options;
  const { zone } = work;
  const command = work.command(0).type;
  const what = zone === null ? command : `${command} on ${zone}`;
  const refusedText = refusals.size === 0 ? 'none' : [...refusals].map(([code, count]) => `${count} ${code}`).join(', ');
  const text = [
    `${sent} times ${what} by ${clients} clients at ${rate}/s for ${seconds} s`,
    `answered ${answered}, no reply in time ${late}, refused ${refusedText}`,
    `reply after ${latencyMs.p50} ms (median), ${latencyMs.p99} ms (p99), ${latencyMs.max} ms (max)`,
  ].join('\n');
  output.result(text, { command, zone, rate, seconds, clients, sent, answered, late, refused, latency_ms: latencyMs });
}

function brightnessOf(state: unknown): number | null {
  if (typeof state !== 'object' || state === null || !('brightness' in state)) return null;
  return typeof state.brightness === 'number' ? state.brightness : null;
}
