import type { IPublishPacket, Packet } from 'mqtt-packet';
import { beforeEach, describe, expect, it } from 'vitest';
import { Arrivals } from '../../../src/mqtt/external/arrivals.ts';

let sent: string[] = [];
let taken: { id: number; done: () => void }[] = [];
let arrivals: Arrivals;

beforeEach(() => {
  [sent, taken] = [[], []];
  arrivals = new Arrivals({
    take: ({ messageId = 0 }, done) => void taken.push({ id: messageId, done }),
    send: ({ cmd, messageId }: Packet) => void sent.push(`${cmd} ${String(messageId)}`),
  });
});

function publish(messageId: number, qos: 0 | 1 | 2, dup = false): void {
  const packet: IPublishPacket = { cmd: 'publish', topic: 't', payload: '', qos, retain: false, dup, messageId };
  arrivals.publish(packet);
}
const decide = (id: number) => taken.find((one) => one.id === id)?.done();

describe('a message', () => {
  it('is acknowledged when it is decided, in the order in which it came', () => {
    for (const [id, qos] of [
      [1, 1],
      [2, 2],
      [3, 1],
    ] as const)
      publish(id, qos);
    decide(3);
    decide(2);
    expect(sent).toEqual([]);
    decide(1);
    expect(sent).toEqual(['puback 1', 'pubrec 2', 'puback 3']);
  });

  it('of QoS 2 is taken once until it is released, whatever is lost between', () => {
    publish(7, 2);
    arrivals.connected(true);
    publish(7, 2, true);
    expect(sent).toEqual([]);
    decide(7);
    expect(sent).toEqual(['pubrec 7']);
    arrivals.connected(true);
    publish(7, 2, true);
    expect([taken.length, sent]).toEqual([1, ['pubrec 7', 'pubrec 7']]);
    arrivals.released(7);
    publish(7, 2);
    expect(taken).toHaveLength(2);
  });

  it('of QoS 1 that comes again while it is being decided is taken once, and acknowledged where it came last', () => {
    publish(5, 1);
    arrivals.connected(true);
    decide(5);
    expect(sent).toEqual([]);
    publish(5, 1, true);
    expect([taken.length, sent]).toEqual([1, ['puback 5']]);
    publish(5, 1, true);
    expect(taken).toHaveLength(2);
  });

  it('of a session that the broker forgot is new', () => {
    publish(5, 2);
    arrivals.connected(false);
    publish(5, 2);
    expect(taken).toHaveLength(2);
    taken[0]?.done();
    expect(sent).toEqual([]);
    taken[1]?.done();
    expect(sent).toEqual(['pubrec 5']);
  });

  it('of QoS 1 that was decided while there was no connection is acknowledged when it comes again, and taken once', () => {
    publish(5, 1);
    arrivals.disconnected();
    decide(5);
    expect(sent).toEqual([]);
    arrivals.connected(true);
    publish(5, 1, true);
    expect([taken.length, sent]).toEqual([1, ['puback 5']]);
    publish(5, 1);
    expect(taken).toHaveLength(2);
  });

  it('of QoS 1 with the number of one that was decided so, and no repeat, is new; so is any of a session that is forgotten', () => {
    publish(5, 1);
    arrivals.disconnected();
    decide(5);
    arrivals.connected(true);
    publish(5, 1);
    expect(taken).toHaveLength(2);
    arrivals.disconnected();
    taken[1]?.done();
    arrivals.connected(false);
    publish(5, 1, true);
    expect(taken).toHaveLength(3);
  });
});
