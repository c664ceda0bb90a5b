/** The fuzzer's short run. A failure names its seed and the streams to send again: `npm run fuzz -- --seed N --from I --streams 1`. */
import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { inWords } from './probe.ts';
import { makeStream } from './streams.ts';
import { Target } from './target.ts';
import { overTcp } from './tcp.ts';
import { overWebSocket } from './web-socket.ts';

const RUNS = [
  ['TCP', 1],
  ['TCP', 20_261_120],
  ['WebSocket', 4_000_000_007],
] as const;
const STREAMS = 500;

describe('streams', () => {
  it('repeat with their seed and index, and differ otherwise', () => {
    expect(makeStream(5, 17)).toEqual(makeStream(5, 17));
    expect(makeStream(5, 17).chunks).not.toEqual(makeStream(5, 18).chunks);
    expect(makeStream(5, 17).chunks).not.toEqual(makeStream(6, 17).chunks);
  });
});

describe('spoiled streams', () => {
  it.each(RUNS)(
    'harm neither the daemon nor who behaves, by %s with seed %i',
    async (way, seed) => {
      await using target = await Target.start();
      const open = way === 'TCP' ? overTcp(target.port) : overWebSocket(target.httpPort);
      const report = await fuzz({ seed, from: 0, streams: STREAMS, warmUp: STREAMS / 2, target, open });
      console.log(
        [
          `seed ${seed}: ${report.streams} streams in ${report.seconds.toFixed(1)} s`,
          inWords('round trips', report.probe.echoes),
          inWords('replies', report.probe.replies),
          `memory ${report.memory.warm.toFixed(0)} to ${report.memory.after.toFixed(0)} MiB`,
        ].join('; '),
      );
      expect(report.faults, `seed ${seed}, streams ${report.suspects.join(' ')}`).toEqual([]);
      expect(report.streams).toBe(STREAMS);
    },
    60_000,
  );
});
