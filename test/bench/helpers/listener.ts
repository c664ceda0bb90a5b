/** Hears every client's replies on one connection of its own and notes when each came. */
import { type Packet, parser } from 'mqtt-packet';
import { nowMs, sleep } from '../harness/clock.ts';
import { indexIn } from '../harness/commands.ts';
import { RawClient } from '../harness/raw-client.ts';
import { type SelfReport, SelfWatch } from '../harness/self-watch.ts';

export interface Heard {
  /** Of each command, in order; NaN where none came. */
  readonly arrivedMs: Float64Array;
  /** Milliseconds from decided to durable, as each reply says; NaN where it does not. */
  readonly durableMs: Float64Array;
  readonly refused: number;
  readonly replyBytes: number;
  readonly self: SelfReport;
}

const timing = /"decided":(\d+),"durable":(\d+)/;
const watch = new SelfWatch();
let from = 0;
let missing = 0;
let refused = 0;
let replyBytes = 0;
let arrivedMs = new Float64Array();
let durableMs = new Float64Array();

function hear(text: string): void {
  const index = indexIn(text) - from;
  if (index < 0 || index >= arrivedMs.length || !Number.isNaN(arrivedMs[index])) return;
  arrivedMs[index] = nowMs();
  missing -= 1;
  replyBytes = text.length;
  if (text.includes('"ok":false')) refused += 1;
  const [, decided, durable] = timing.exec(text) ?? [];
  durableMs[index] = durable === undefined ? Number.NaN : (Number(durable) - Number(decided)) / 1000;
}

export const listener = {
  async connect({ port }: { readonly port: number }): Promise<void> {
    const line = await RawClient.connect(port, 'listener');
    await line.subscribe('diuna/client/+/response');
    const stream = parser({ protocolVersion: 4 });
    stream.on('packet', (packet: Packet) => {
      if (packet.cmd === 'publish') hear(packet.payload.toString());
    });
    line.onBytes((bytes, size) => void stream.parse(Buffer.from(bytes.subarray(0, size))));
  },

  expect({ first, count }: { readonly first: number; readonly count: number }): void {
    from = first;
    missing = count;
    refused = 0;
    arrivedMs = new Float64Array(count).fill(Number.NaN);
    durableMs = new Float64Array(count).fill(Number.NaN);
    watch.start();
  },

  /** Waits until all replies came, or so long. */
  async collect({ timeoutMs }: { readonly timeoutMs: number }): Promise<Heard> {
    const self = watch.stop();
    const until = nowMs() + timeoutMs;
    while (missing > 0 && nowMs() < until) await sleep(5);
    return { arrivedMs, durableMs, refused, replyBytes, self };
  },
};
export type Listener = typeof listener;
