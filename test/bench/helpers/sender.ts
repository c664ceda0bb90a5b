/** Sends commands on an even grid, whatever the replies do; each command's intended moment is what counts. */
import { at, nowMs } from '../harness/clock.ts';
import { commandText, commandTopic } from '../harness/commands.ts';
import { publishPacket, RawClient } from '../harness/raw-client.ts';

export interface SendOrder {
  /** Number of the first command; at least 1. */
  readonly from: number;
  readonly count: number;
  /** A second. */
  readonly rate: number;
  readonly ack: 'applied' | 'rendered';
}

export interface Sent {
  /** Of each command, in order. */
  readonly intendedMs: Float64Array;
  /** p99 of how much later than intended a command was written to its socket. */
  readonly lateMs: number;
  /** Bytes that the sockets still held at the end. */
  readonly unsentBytes: number;
}

const START_MS = 20;
let clients: { readonly id: string; readonly line: RawClient }[] = [];

export const sender = {
  async connect({ port, count, prefix }: { readonly port: number; readonly count: number; readonly prefix: string }): Promise<void> {
    for (const { line } of clients) line.destroy();
    clients = [];
    for (let number = 0; number < count; number += 1) {
      const id = `${prefix}-${number}`;
      clients.push({ id, line: await RawClient.connect(port, id) });
    }
  },

  send(order: SendOrder): Promise<Sent> {
    const packets = prepare(order);
    const intendedMs = new Float64Array(order.count);
    const late = new Float64Array(order.count);
    const startMs = nowMs() + START_MS;
    return new Promise((resolve) => {
      const next = (number: number) => {
        const packet = packets[number];
        if (packet === undefined) {
          late.sort();
          const unsentBytes = clients.reduce((sum, { line }) => sum + line.unsentBytes, 0);
          resolve({ intendedMs, lateMs: late[Math.floor(order.count * 0.99)] ?? 0, unsentBytes });
          return;
        }
        const momentMs = startMs + (number * 1000) / order.rate;
        at(momentMs, () => {
          clients[number % clients.length]?.line.write(packet);
          intendedMs[number] = momentMs;
          late[number] = nowMs() - momentMs;
          next(number + 1);
        });
      };
      next(0);
    });
  },

  /** Publishes one text on any topic; resolves with the moment. */
  publish({ topic, text }: { readonly topic: string; readonly text: string }): number {
    const packet = publishPacket(topic, text);
    const sentMs = nowMs();
    clients[0]?.line.write(packet);
    return sentMs;
  },
};
export type Sender = typeof sender;

function prepare({ from, count, ack }: SendOrder): Buffer[] {
  return Array.from({ length: count }, (_, number) => {
    const id = clients[number % clients.length]?.id ?? '';
    return publishPacket(commandTopic(id), commandText(from + number, ack));
  });
}
