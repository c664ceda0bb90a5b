/** A QoS 2 message that comes again is the same message [MQTT-4.3.3-2], also while the first is still being decided. */
import { Aedes, type Client, type PublishPacket } from 'aedes';
import { expect, it } from 'vitest';
import { Repeats } from '../../src/mqtt/repeats.ts';
import { until } from '../support/until.ts';

function house() {
  const stored = new Set<string>();
  const repeats = new Repeats(() => ({
    incomingGetPacket: ({ id }, { messageId }) =>
      stored.has(`${id}${messageId}`) ? Promise.resolve() : Promise.reject(new Error('unknown')),
  }));
  const client: Client = Object.assign(Object.create(Aedes.prototype), { id: 'phone' });
  const admitted: (() => void)[] = [];
  const acknowledged: string[] = [];
  const send = (name: string, dup: boolean, messageId = 7) => {
    const packet: PublishPacket = { cmd: 'publish', topic: 'a', payload: name, qos: 2, dup, retain: false, messageId };
    repeats.pass(
      client,
      packet,
      (done) => void admitted.push(done),
      () => {
        acknowledged.push(name);
        stored.add(`phone${messageId}`);
      },
    );
    return packet;
  };
  return { send, admitted, acknowledged };
}

it('a repeated message waits until the first is decided, and happens once', async () => {
  const { send, admitted, acknowledged } = house();
  send('first', false);
  const again = send('again', true);
  send('other', false, 8);
  await new Promise((resolve) => setImmediate(resolve));
  expect(admitted).toHaveLength(2);
  expect(acknowledged).toEqual([]);
  admitted[0]?.();
  await until(() => acknowledged.includes('again'), 'the repetition to be acknowledged');
  expect(acknowledged).toEqual(['first', 'again']);
  expect(again.payload).toHaveLength(0);
});

it('a message that says it is repeated and is not known is new', async () => {
  const { send, admitted, acknowledged } = house();
  send('first', true);
  await until(() => admitted.length === 1, 'it to be admitted');
  admitted[0]?.();
  expect(acknowledged).toEqual(['first']);
  send('again', true);
  await until(() => acknowledged.length === 2, 'the repetition to be acknowledged');
  expect(admitted).toHaveLength(1);
});
