/** What the gate lets by of a packet of ours, and what it says of a will before it is one. */
import type { PublishPacket } from 'aedes';
import { expect, it } from 'vitest';
import { local } from '../../../src/core/access/account.ts';
import { Topics } from '../../../src/model/topics.ts';
import { CommandGate } from '../../../src/mqtt/command-gate.ts';
import { Inbox } from '../../../src/mqtt/inbox.ts';
import { catalog } from '../../support/catalog.ts';
import { FakeClock } from '../../support/fakes.ts';

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const sender = { id: 'a', account: local };
const topic = 'diuna/client/a/command';
const ping = JSON.stringify({ request_id: 'R1', type: 'system.ping' });

function newGate(): CommandGate {
  const inbox = new Inbox({
    topics: new Topics('diuna'),
    clock: new FakeClock(),
    logger,
    submit: () => undefined,
    publish: () => Promise.resolve(),
    drained: () => Promise.resolve(),
    names: () => catalog,
    mayRespondTo: () => true,
  });
  return new CommandGate(inbox, logger);
}

function admitted(payload: string | Buffer): PublishPacket {
  const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false };
  newGate().admit(sender, packet, () => undefined, null);
  return packet;
}

it('a command that is let in is seen on its topic; of one that is refused the payload is not kept', () => {
  expect(admitted(ping)).toMatchObject({ topic, payload: ping });
  expect(admitted('no JSON').payload).toHaveLength(0);
  expect(admitted(Buffer.alloc(200_000, 0x61)).payload).toHaveLength(0);
});

it('a will that will be refused is told of beforehand, whatever is wrong with it', () => {
  const gate = newGate();
  expect(gate.foresee(sender, { topic, payload: ping })).toBeNull();
  expect(gate.foresee(sender, { topic, payload: Buffer.alloc(65_000, 0x61) })).toMatch(/must be JSON/);
  expect(gate.foresee(sender, { topic, payload: 'no JSON' })).toMatch(/must be JSON/);
  expect(gate.foresee(sender, { topic: 'diuna/client/b/command', payload: ping })).toMatch(/publishes its commands/);
});
