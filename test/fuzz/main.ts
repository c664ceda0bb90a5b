/**
 * `npm run fuzz [-- --streams 50000] [--seed N] [--from I] [--ws]`, by TCP or by WebSocket: a long run by hand. The same seed and index give the same
 * stream, so that `--seed N --from I --streams 1` sends one alone.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzz, type Report } from './fuzz.ts';
import { inWords } from './probe.ts';
import { makeStream } from './streams.ts';
import { Target } from './target.ts';
import { overTcp } from './tcp.ts';
import { overWebSocket } from './web-socket.ts';

const EVERY = 5000;
/** Those that came last are told one by one. */
const SUSPECTS_TOLD = 20;
const WARM_UP = 10_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function summary({ streams, seconds, bytes, refused, probe, memory }: Report): string {
  return [
    `${streams} streams, ${(bytes / 2 ** 20).toFixed(0)} MiB in ${seconds.toFixed(1)} s; ${refused} connections could not be made`,
    inWords('probe, QoS 1 round trips', probe.echoes),
    inWords('probe, command to reply', probe.replies),
    `memory: ${memory.warm.toFixed(0)} MiB after the warm-up, ${memory.after.toFixed(0)} MiB at the end`,
  ].join('\n');
}

function tellFaults({ faults, suspects }: Report, seed: number): void {
  for (const fault of faults) say(`! ${fault}`);
  if (suspects.length === 0) return;
  const [first = 0, last = 0] = [suspects[0], suspects.at(-1)];
  say(`under way or just ended when it was first seen: ${first} to ${last}; all of them again:`);
  say(`  --seed ${seed} --from ${first} --streams ${last - first + 1}`);
  for (const index of suspects.slice(-SUSPECTS_TOLD))
    say(`  --seed ${seed} --from ${index} --streams 1    ${makeStream(seed, index).about}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      streams: { type: 'string', default: '50000' },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      from: { type: 'string', default: '0' },
      ws: { type: 'boolean', default: false },
    },
  });
  const [streams, seed, from] = [Number(values.streams), Number(values.seed), Number(values.from)];
  say(`seed ${seed}, ${streams} streams from ${from}`);
  await using target = await Target.start();
  const onProgress = (done: number) => {
    if (done % EVERY === 0) say(`  ${done}, ${target.memory().toFixed(0)} MiB`);
  };
  const open = values.ws ? overWebSocket(target.httpPort) : overTcp(target.port);
  const warmUp = Math.min(WARM_UP, Math.floor(streams / 2));
  const report = await fuzz({ seed, from, streams, warmUp, target, open, onProgress });
  say(summary(report));
  tellFaults(report, seed);
  say(report.faults.length === 0 ? 'no fault' : `${report.faults.length} faults`);
  if (report.faults.length > 0) process.exitCode = 1;
}

await main();
