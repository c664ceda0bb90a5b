/** One monotonic clock for all processes of a run: CLOCK_MONOTONIC in milliseconds, read without allocation. */
const [seconds, nanoseconds] = process.hrtime();
const offsetMs = seconds * 1000 + nanoseconds / 1e6 - performance.now();

export function nowMs(): number {
  return offsetMs + performance.now();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const never = new Int32Array(new SharedArrayBuffer(4));
/** A wait ends up to a tenth of a millisecond late: the rest of the way is spun. */
const SPIN_MS = 0.12;
/** Timers are a millisecond coarse, so the thread is blocked for the last stretch. */
const BLOCK_MS = 2.5;

/** Calls back at `momentMs` to a few microseconds, unless the machine is late; the event loop turns at least once before. */
export function at(momentMs: number, callback: () => void): void {
  const restMs = momentMs - nowMs();
  if (restMs > BLOCK_MS) {
    setTimeout(() => at(momentMs, callback), Math.floor(restMs - 1.5));
    return;
  }
  setImmediate(() => {
    const waitMs = momentMs - nowMs() - SPIN_MS;
    if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
    while (nowMs() < momentMs);
    callback();
  });
}
