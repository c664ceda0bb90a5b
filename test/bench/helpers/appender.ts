/** The yardstick for a durable reply: one append and one fdatasync, and nothing else, at the pace of the commands. */
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { at, nowMs } from '../harness/clock.ts';

export interface AppendOrder {
  readonly path: string;
  readonly bytes: number;
  readonly rate: number;
  readonly count: number;
}

export const appender = {
  /** @returns milliseconds that each took. */
  append({ path, bytes, rate, count }: AppendOrder): Promise<Float64Array> {
    const file = openSync(path, 'a');
    const line = Buffer.alloc(bytes, 'a');
    const tookMs = new Float64Array(count);
    const startMs = nowMs() + 20;
    return new Promise((resolve) => {
      const next = (number: number) => {
        if (number === count) {
          closeSync(file);
          unlinkSync(path);
          resolve(tookMs);
          return;
        }
        at(startMs + (number * 1000) / rate, () => {
          const beginMs = nowMs();
          writeSync(file, line);
          fdatasyncSync(file);
          tookMs[number] = nowMs() - beginMs;
          next(number + 1);
        });
      };
      next(0);
    });
  },
};
export type Appender = typeof appender;
