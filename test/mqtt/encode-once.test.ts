/** What is encoded once is what the codec would have written to each. */
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { writeEncoded } from '../../src/mqtt/encode-once.ts';

class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

const message = fc.record({
  topic: fc.constantFrom('a', 'diuna/zone/floor/state', 'ä/ö', 'x'.repeat(300)),
  payload: fc.constantFrom(
    Buffer.alloc(0),
    Buffer.from('hello'),
    Buffer.alloc(200, 1),
    Buffer.alloc(20_000, 7),
    Buffer.alloc(3_000_000, 9),
  ),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  messageId: fc.integer({ min: 1, max: 65_535 }),
});

it('a message of any shape, to receivers one after another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
      const ours = new Sink();
      const theirs = new Sink();
      for (const fields of messages) {
        const packet: IPublishPacket = { cmd: 'publish', ...fields };
        writeEncoded(packet, ours);
        mqttPacket.writeToStream(packet, theirs);
      }
      await turn(); // the codec corks
      expect(ours.bytes.length).toBeGreaterThan(0);
      expect(ours.bytes.equals(theirs.bytes)).toBe(true);
    }),
  );
});

it('each receiver has its own packet identifier, and one write', () => {
  const payload = Buffer.from('state');
  const receivers = [1, 2, 65_535].map((messageId) => {
    const sink = new Sink();
    writeEncoded({ cmd: 'publish', topic: 'a/b', payload, qos: 1, retain: false, dup: false, messageId }, sink);
    return sink;
  });
  expect(receivers.map((sink) => sink.chunks.length)).toEqual([1, 1, 1]);
  expect(receivers.map((sink) => sink.bytes.readUInt16BE(2 + 2 + 3))).toEqual([1, 2, 65_535]);
});

it('other packets go as they always did', async () => {
  const packets: Packet[] = [{ cmd: 'pingresp' }, { cmd: 'puback', messageId: 9 }, { cmd: 'connack', returnCode: 0, sessionPresent: true }];
  const ours = new Sink();
  const theirs = new Sink();
  for (const packet of packets) {
    writeEncoded(packet, ours);
    mqttPacket.writeToStream(packet, theirs);
  }
  await turn();
  expect(theirs.bytes.length).toBeGreaterThan(0);
  expect(ours.bytes.equals(theirs.bytes)).toBe(true);
});
