/** Proves at start, in process, that version 5 works with the aedes and mqtt-packet that are here. */

import { randomUUID } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { err, ok, type Result } from '../../base/result.ts';
import { encode, VERSION_5 } from './wire.ts';

const LIMIT_MS = 3000;

/** @param handle lets the broker serve a stream. @returns what failed. */
export async function checkRoundTrip(handle: (stream: Duplex) => void): Promise<Result<undefined, string>> {
  const [ours, theirs] = duplexPair();
  const ended = new AbortController();
  try {
    handle(theirs);
    const late = sleep(LIMIT_MS, err('nothing came back in time'), { signal: ended.signal, ref: false });
    return await Promise.race([roundTrip(ours), late]);
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : String(cause));
  } finally {
    ended.abort();
    ours.destroy();
    theirs.destroy();
  }
}

function roundTrip(stream: Duplex): Promise<Result<undefined, string>> {
  const id = `mqtt5-self-check-${randomUUID()}`;
  const say = (packet: Packet) => stream.write(encode(packet));
  return new Promise((resolve, reject) => {
    const parser = mqttPacket.parser(VERSION_5);
    parser.on('packet', (packet) => {
      const answer = next(packet, id);
      if ('ok' in answer) resolve(answer);
      else for (const one of answer.say) say(one);
    });
    parser.on('error', reject);
    stream.on('error', reject);
    stream.on('data', (chunk: Buffer) => parser.parse(chunk));
    stream.on('close', () => resolve(err('the connection was closed')));
    say({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: id, clean: true, keepalive: 0 });
  });
}

/** CONNACK, SUBACK, then the message itself at QoS 1. */
function next(packet: Packet, id: string): Result<undefined, string> | { readonly say: readonly Packet[] } {
  switch (packet.cmd) {
    case 'connack':
      if (packet.reasonCode !== 0) return err(`CONNACK says ${packet.reasonCode}`);
      return { say: [{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: id, qos: 1 }] }] };
    case 'suback':
      if (packet.granted[0] !== 1) return err(`SUBACK says ${JSON.stringify(packet.granted)}`);
      return { say: [message(id)] };
    case 'puback':
      return packet.reasonCode === 0 ? { say: [] } : err(`PUBACK says ${packet.reasonCode}`);
    case 'publish':
      return packet.properties?.userProperties?.['check'] === id ? ok(undefined) : err('a user property was lost');
    default:
      return err(`a ${packet.cmd.toUpperCase()} came`);
  }
}

function message(id: string): Packet {
  const properties = { userProperties: { check: id } };
  return { cmd: 'publish', topic: id, payload: 'self-check', qos: 1, messageId: 2, dup: false, retain: false, properties };
}
