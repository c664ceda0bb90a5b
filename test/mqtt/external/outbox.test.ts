import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/mqtt/external/link.ts';
import { Outbox, type OutboxEvents, type Wire, WORDS_WAITING } from '../../../src/mqtt/external/outbox.ts';
import type { Message, Qos } from '../../../src/mqtt/message.ts';

/** Takes down what is sent; a packet stands for its bytes. */
class FakeWire implements Wire {
  readonly sent: Packet[] = [];
  isFull = false;
  #last: Packet | null = null;

  encode(packet: Packet): Buffer {
    this.#last = packet;
    return Buffer.from(JSON.stringify(packet));
  }

  write(): void {
    if (this.#last !== null) this.sent.push(this.#last);
  }

  send(packet: Packet): void {
    this.sent.push(packet);
  }

  said(): string[] {
    return this.sent.flatMap((packet) => (packet.cmd === 'publish' ? [`${packet.payload.toString()}${packet.dup ? ' again' : ''}`] : []));
  }

  id(payload: string): number {
    return this.sent.find((packet) => packet.cmd === 'publish' && packet.payload === payload)?.messageId ?? 0;
  }
}

const session: Session = { version: 5, present: true, window: 20, maximumQos: 2, maximumPacketBytes: null };
const fresh = { ...session, present: false };
const message = (payload: string, qos: Qos = 1, topic = 'topic'): Message => ({ topic, payload, qos, retain: false });
const retained = (topic: string, payload: string): Message => ({ topic, payload, qos: 1, retain: true });
const outbox = (events: Partial<OutboxEvents> = {}, random = 0) =>
  new Outbox({ denied: () => undefined, tooLarge: () => undefined, givenUp: () => undefined, ...events }, () => random);

describe('what is published', () => {
  it('while the broker is away waits, in the order in which it came; of QoS 0 it is gone', async () => {
    const [box, wire] = [outbox(), new FakeWire()];
    void box.publish(message('1'), 'word');
    void box.publish(message('2'), 'event');
    await box.publish(message('nothing', 0), 'word');
    void box.publish(message('3'), 'word');
    box.up(wire, fresh);
    expect(wire.said()).toEqual(['1', '2', '3']);
  });

  it('is done when the broker has it: QoS 1 with PUBACK, QoS 2 with PUBCOMP', async () => {
    const [box, wire] = [outbox(), new FakeWire()];
    const done: string[] = [];
    box.up(wire, fresh);
    for (const [payload, qos] of [
      ['zero', 0],
      ['one', 1],
      ['two', 2],
    ] as const)
      void box.publish(message(payload, qos), 'word').then(() => done.push(payload));
    await Promise.resolve();
    expect(done).toEqual(['zero']);
    box.acknowledged({ cmd: 'pubrec', messageId: wire.id('two') });
    expect(wire.sent.at(-1)).toEqual({ cmd: 'pubrel', messageId: wire.id('two') });
    box.acknowledged({ cmd: 'puback', messageId: wire.id('one') });
    await Promise.resolve();
    expect(done).toEqual(['zero', 'one']);
    box.acknowledged({ cmd: 'pubcomp', messageId: wire.id('two') });
    await Promise.resolve();
    expect(done).toEqual(['zero', 'one', 'two']);
  });

  it('goes no faster than the broker and the network take it', () => {
    const [box, wire] = [outbox(), new FakeWire()];
    box.up(wire, { ...fresh, window: 2 });
    for (const payload of ['1', '2', '3']) void box.publish(message(payload), 'word');
    expect(wire.said()).toEqual(['1', '2']);
    wire.isFull = true;
    box.acknowledged({ cmd: 'puback', messageId: wire.id('1') });
    expect(wire.said()).toEqual(['1', '2']);
    wire.isFull = false;
    box.drain();
    expect(wire.said()).toEqual(['1', '2', '3']);
  });

  it('is bounded: of replies and notices the oldest go, events stay', async () => {
    const [box, wire] = [outbox(), new FakeWire()];
    void box.publish(message('event'), 'event');
    const first = box.publish(message('0'), 'word');
    for (let index = 1; index <= WORDS_WAITING + 4; index += 1) void box.publish(message(String(index)), 'word');
    await first;
    expect([box.takeDropped(), box.takeDropped()]).toEqual([5, 0]);
    box.up(wire, { ...fresh, window: 2 });
    expect(wire.said()).toEqual(['event', '5']);
  });

  it('is bounded too while the broker is there and slow, which is told when it happens and of no outage', () => {
    const givenUp: true[] = [];
    const [box, wire] = [outbox({ givenUp: () => void givenUp.push(true) }), new FakeWire()];
    box.up(wire, { ...fresh, window: 1 });
    for (let index = 0; index <= WORDS_WAITING + 3; index += 1) void box.publish(message(String(index)), 'word');
    expect([givenUp.length, box.takeDropped()]).toEqual([3, 0]);
  });

  it('is numbered from elsewhere in each run, as the broker may still hold numbers of the one before', () => {
    const numbers = [0, 0.5, 1].map((random) => {
      const [box, wire] = [outbox({}, random), new FakeWire()];
      box.up(wire, fresh);
      void box.publish(message('1'), 'event');
      void box.publish(message('2'), 'event');
      return [wire.id('1'), wire.id('2')];
    });
    expect(numbers).toEqual([
      [1, 2],
      [32_768, 32_769],
      [1, 2],
    ]);
  });
});

describe('after a lost connection', () => {
  it('a broker that knows the session is told again what it did not acknowledge, with its numbers, before all else', () => {
    const [box, first, second] = [outbox(), new FakeWire(), new FakeWire()];
    box.up(first, fresh);
    for (const payload of ['1', '2', '3']) void box.publish(message(payload), 'event');
    void box.publish(message('4', 2), 'word');
    box.acknowledged({ cmd: 'puback', messageId: first.id('2') });
    box.acknowledged({ cmd: 'pubrec', messageId: first.id('4') });
    box.down();
    void box.publish(message('5'), 'event');
    box.up(second, session);
    expect(second.said()).toEqual(['1 again', '3 again', '5']);
    expect(second.id('3')).toBe(first.id('3'));
    expect(second.sent).toContainEqual({ cmd: 'pubrel', messageId: first.id('4') });
    expect(new Set(second.sent.map(({ messageId }) => messageId)).size).toBe(4);
  });

  it('a broker that forgot the session is told anew, in the same order; what it had taken for good is not', () => {
    const [box, first, second] = [outbox(), new FakeWire(), new FakeWire()];
    box.up(first, fresh);
    for (const payload of ['1', '2']) void box.publish(message(payload), 'event');
    void box.publish(message('released', 2), 'word');
    box.acknowledged({ cmd: 'pubrec', messageId: first.id('released') });
    box.down();
    void box.publish(message('3'), 'event');
    box.up(second, fresh);
    expect(second.said()).toEqual(['1', '2', '3']);
  });

  it('what is retained is told whole, each topic with its newest alone', () => {
    const [box, first, second] = [outbox(), new FakeWire(), new FakeWire()];
    void box.publish(retained('a', 'a1'), 'word');
    void box.publish(retained('b', 'b1'), 'word');
    box.up(first, fresh);
    expect(first.said()).toEqual(['a1', 'b1']);
    box.down();
    void box.publish(retained('a', 'a2'), 'word');
    void box.publish(retained('a', 'a3'), 'word');
    void box.publish(retained('b', ''), 'word');
    box.up(second, fresh);
    expect(second.said()).toEqual(['', 'a3'].toSorted((one) => (one === 'a3' ? -1 : 1)));
    box.acknowledged({ cmd: 'puback', messageId: second.id('') });
    const third = new FakeWire();
    box.down();
    box.up(third, fresh);
    expect(third.said()).toEqual(['a3']);
  });

  it('what is said again keeps to what the broker now takes at once, in order and before all else', () => {
    const [box, first, second] = [outbox(), new FakeWire(), new FakeWire()];
    box.up(first, fresh);
    const payloads = Array.from({ length: 10 }, (_, index) => String(index));
    for (const payload of payloads) void box.publish(message(payload), 'event');
    box.down();
    void box.publish(message('new'), 'event');
    box.up(second, { ...session, window: 3 });
    expect(second.said()).toEqual(['0 again', '1 again', '2 again']);
    for (const payload of payloads) box.acknowledged({ cmd: 'puback', messageId: first.id(payload) });
    expect(second.said()).toEqual([...payloads.map((payload) => `${payload} again`), 'new']);
    expect(payloads.map((payload) => second.id(payload))).toEqual(payloads.map((payload) => first.id(payload)));
  });

  it('what is too large for the broker now is given up and named; what is beyond its QoS is said anew', async () => {
    const tooLarge: string[] = [];
    const [box, first, second] = [outbox({ tooLarge: (topic) => void tooLarge.push(topic) }), new FakeWire(), new FakeWire()];
    box.up(first, fresh);
    const large = box.publish(message('x'.repeat(1000), 1, 'large'), 'word');
    void box.publish(message('two', 2), 'word');
    void box.publish(message('small'), 'word');
    box.down();
    box.up(second, { ...session, window: 2, maximumQos: 1, maximumPacketBytes: 500 });
    await large;
    expect(tooLarge).toEqual(['large']);
    expect(second.said()).toEqual(['two', 'small again']);
    expect(second.sent[0]).toMatchObject({ qos: 1 });
    expect(second.id('two')).not.toBe(first.id('two'));
  });
});
