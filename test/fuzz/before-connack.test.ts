/**
 * What the fuzzer found: what comes right behind a CONNECT must wait until the client has been let in, and a packet that ends
 * before its identifier must end its connection alone.
 */
import { connect, type Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { Probe } from './probe.ts';
import { Target } from './target.ts';

const hello = { cmd: 'connect', clientId: 'early', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const;

/** A reset is an end as well. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}

/** Sends it all in one write. @returns once the daemon has ended the connection, or we have. */
async function send(port: number, bytes: Buffer): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined).resume();
  socket.end(bytes);
  await closed(socket);
}

function bytesOf(packets: readonly Packet[], protocolVersion = 4): Buffer {
  return Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion })));
}

async function expectServed(target: Target): Promise<void> {
  const probe = await Probe.start(target.port, 'probe', 'desk');
  await expect.poll(() => probe.replies.length, { timeout: 5000 }).toBeGreaterThan(0);
  await probe.stop();
  expect([...target.troubles, ...probe.faults]).toEqual([]);
}

it('a PUBREC of version 5 without its identifier ends its connection, and not the daemon', async () => {
  await using target = await Target.start();
  const packets = bytesOf([{ ...hello, protocolVersion: 5 }], 5);
  await send(target.port, Buffer.concat([packets, Buffer.from([0x50, 0x00])]));
  await expectServed(target);
});

it('a command behind a CONNECT waits until its client is known, however it is cut into segments', async () => {
  await using target = await Target.start();
  const packets = bytesOf([
    hello,
    // longer than what is read at once (64 KiB): what follows is read before aedes has begun with the CONNECT
    { cmd: 'publish', topic: 'early/padding', payload: Buffer.alloc(15_000), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 'early/padding', payload: Buffer.alloc(15_000), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 'early/padding', payload: Buffer.alloc(15_000), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 'early/padding', payload: Buffer.alloc(15_000), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 'early/padding', payload: Buffer.alloc(15_000), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: '{"state":"ON"}', qos: 0, dup: false, retain: false },
  ]);
  await send(target.port, packets);
  await expectServed(target);
});

it('a command behind a CONNECT that is refused goes nowhere', async () => {
  await using target = await Target.start();
  const refused = bytesOf([{ ...hello, protocolId: 'MQIsdp', protocolVersion: 3, clientId: 'x'.repeat(30) }]);
  const command = bytesOf([
    { cmd: 'publish', topic: 'diuna/zone/floor/set', payload: '{"state":"ON"}', qos: 0, dup: false, retain: false },
  ]);
  for (let times = 0; times < 20; times += 1) {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => undefined).resume();
    socket.write(refused);
    setTimeout(() => socket.end(command), 0);
    await closed(socket);
  }
  await expectServed(target);
});
