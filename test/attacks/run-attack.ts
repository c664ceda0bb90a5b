/** One attack on one server, from its start to its end: what the bystander saw, the server's memory, what got through. */
import { existsSync } from 'node:fs';
import { nowMs, sleep } from '../bench/harness/clock.ts';
import { Helper } from '../bench/harness/helper-process.ts';
import { residentMb } from '../bench/servers/process-figures.ts';
import type { Scratch } from '../bench/servers/scratch.ts';
import { ATTACK_MS, type Attack, type Facts, type Target } from './attack.ts';
import type { Attacker } from './attacker.ts';
import type { Bystander } from './bystander.ts';
import { startServer } from './servers.ts';

export interface Outcome {
  readonly beforeMb: number;
  readonly peakMb: number;
  readonly maxMs: number;
  readonly p99Ms: number;
  readonly missing: number;
  readonly seconds: number;
  /** 1 where the server's process ended, or the bystander's connection; 0 else. */
  readonly serverEnded: number;
  readonly bystanderLost: number;
  readonly facts: Facts;
  /** What the daemon counted, as JSON; empty where it was not asked. */
  readonly guards: string;
}

const WARM_MS = 1000;
const AFTERMATH_MS = 300;
const SAMPLE_MS = 50;
/** Shorter attacks are watched for so long all the same: a p99 wants some messages. */
const LEAST_MS = 3000;

/** @param asksGuards waits until the daemon has told what it counted. */
export async function runAttack(scratch: Scratch, attack: Attack, kind: Target['kind'], asksGuards: boolean): Promise<Outcome> {
  const { target, server } = await startServer(scratch, kind, attack.users === true);
  await using _server = server;
  await using bystander = new Helper<Bystander>('bystander');
  await using attacker = new Helper<Attacker>('attacker');
  await bystander.call('start', target);
  await sleep(WARM_MS);
  await bystander.call('watch', undefined);
  const beforeMb = residentMb(server.pid);
  let peakMb = beforeMb;
  const isThere = () => existsSync(`/proc/${server.pid}/status`);
  const sampling = setInterval(() => {
    if (isThere()) peakMb = Math.max(peakMb, residentMb(server.pid) || 0);
  }, SAMPLE_MS);
  const startMs = nowMs();
  const told = attacker.call('run', { id: attack.id, target }).catch((cause: Error) => {
    process.stderr.write(`! ${attack.id} on ${kind} broke off: ${cause.message}\n`);
    return {};
  });
  const facts = await Promise.race([told, sleep(ATTACK_MS).then(() => ({}))]);
  const seconds = (nowMs() - startMs) / 1000;
  await sleep(Math.max(AFTERMATH_MS, startMs + LEAST_MS - nowMs()));
  const seen = await bystander.call('collect', undefined);
  clearInterval(sampling);
  const serverEnded = isThere() && residentMb(server.pid) > 0 ? 0 : 1;
  await attacker[Symbol.asyncDispose]();
  const guards = asksGuards && kind === 'diuna' ? await bystander.call('guards', undefined) : '';
  const { maxMs, p99Ms, missing } = seen;
  return { beforeMb, peakMb, maxMs, p99Ms, missing, seconds, serverEnded, bystanderLost: seen.lost ? 1 : 0, facts, guards };
}
