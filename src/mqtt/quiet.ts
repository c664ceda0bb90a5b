/** At a stop: finds out when the last that clients sent has come in, and the last that they are told has gone out. */
import type { Duplex } from 'node:stream';

/** So many looks in a row without traffic are the end of it, and so many are taken at most. */
const LOOK_MS = 10;
const LOOKS_IN_A_ROW = 3;
const LOOKS_MOST = 150;

/** Resolves when a moment long nobody was heard or told anything: a command sent before the stop deserves its reply. */
export async function untilQuiet(streams: ReadonlySet<Duplex>): Promise<void> {
  const traffic = () => [...streams].map((stream) => `${bytesRead(stream)} ${stream.writableLength}`).join();
  let before = traffic();
  for (let [looks, same] = [0, 0]; looks < LOOKS_MOST && same < LOOKS_IN_A_ROW; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    // Sockets are read between timers and immediates: a late timer alone would have looked before they were.
    await new Promise((resolve) => setImmediate(resolve));
    const now = traffic();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

/** A stream that is no socket tells of what is written to it alone. */
function bytesRead(stream: Duplex): number {
  return 'bytesRead' in stream && typeof stream.bytesRead === 'number' ? stream.bytesRead : 0;
}
