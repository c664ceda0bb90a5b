/** Many clients in one process: idle ones, or subscribers that count what they get and note when. */
import { nowMs } from '../harness/clock.ts';
import { PacketCounter } from '../harness/packet-counter.ts';
import { RawClient } from '../harness/raw-client.ts';
import { type SelfReport, SelfWatch } from '../harness/self-watch.ts';

export interface CrowdOrder {
  readonly port: number;
  readonly count: number;
  readonly prefix: string;
  /** `null` for clients that only are there. */
  readonly topic: string | null;
}

export interface Counted {
  readonly packets: number;
  /** When each packet ended, in order; none past a million. */
  readonly arrivedMs: Float64Array;
  readonly self: SelfReport;
}

const AT_ONCE = 20;
const MOST_TIMES = 1_000_000;
const watch = new SelfWatch();
const crowdClients: RawClient[] = [];
let packets = 0;
let times = new Float64Array();

async function join({ port, prefix, topic }: CrowdOrder, number: number): Promise<void> {
  const client = await RawClient.connect(port, `${prefix}-${number}`);
  if (topic !== null) await client.subscribe(topic);
  const counter = new PacketCounter();
  client.onBytes((bytes, size) => {
    const momentMs = nowMs();
    const ended = counter.feed(bytes, size);
    for (let packet = 0; packet < ended; packet += 1) {
      if (packets + packet < times.length) times[packets + packet] = momentMs;
    }
    packets += ended;
  });
  crowdClients.push(client);
}

export const crowd = {
  async connect(order: CrowdOrder): Promise<void> {
    for (let start = 0; start < order.count; start += AT_ONCE) {
      const size = Math.min(AT_ONCE, order.count - start);
      await Promise.all(Array.from({ length: size }, (_, offset) => join(order, start + offset)));
    }
  },

  watch({ noteTimes }: { readonly noteTimes: boolean }): void {
    packets = 0;
    times = new Float64Array(noteTimes ? MOST_TIMES : 0);
    watch.start();
  },

  collect(): Counted {
    return { packets, arrivedMs: times.slice(0, packets), self: watch.stop() };
  },

  leave(): void {
    for (const client of crowdClients.splice(0)) client.destroy();
  },
};
export type Crowd = typeof crowd;
