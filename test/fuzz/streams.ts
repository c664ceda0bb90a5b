/**
 * What one connection of the fuzzer sends: a row of valid packets, spoiled or not, cut into chunks. Pure: the same seed and
 * index always give the same stream, so that one that did harm can be sent again alone.
 */
import { generate } from 'mqtt-packet';
import { Random } from '../failure/support/random.ts';
import { mutate } from './mutations.ts';
import { anyPacket, connect, speaker, type Version } from './packets.ts';
import { chance, someBytes } from './words.ts';

export interface Stream {
  readonly index: number;
  readonly version: Version;
  /** What was done to it, for the report. */
  readonly about: string;
  /** Written one by one. */
  readonly chunks: readonly Buffer[];
  /** Whether it reads what it is sent. */
  readonly reads: boolean;
  /** How long it stays after its last chunk. */
  readonly linger_ms: number;
  /** Whether it says goodbye to the socket or drops it. */
  readonly leaves: 'end' | 'reset';
}

/** A stream's own numbers, far from its neighbours'. */
function randomOf(seed: number, index: number): Random {
  return new Random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
}

function cut(bytes: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  const most = random.pick([1, 2, 7, 64, 1500]);
  for (let at = 0; at < bytes.length; ) {
    // a long stream in tiny pieces would only take long
    const size = chunks.length > 100 ? bytes.length : 1 + random.integer(most);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function inChunks(packets: readonly Buffer[], random: Random): readonly Buffer[] {
  switch (random.integer(3)) {
    case 0:
      return packets;
    case 1:
      return [Buffer.concat(packets)];
    default:
      return cut(Buffer.concat(packets), random);
  }
}

export function makeStream(seed: number, index: number): Stream {
  const random = randomOf(seed, index);
  const who = speaker(random);
  const options = { protocolVersion: who.version };
  let packets: readonly Buffer[] = [connect(who), ...Array.from({ length: random.integer(14) }, () => anyPacket(who))].map((packet) =>
    generate(packet, options),
  );
  const done: string[] = [];
  const kind = random.integer(100);
  if (kind < 4) {
    packets = [someBytes(random, 1 + random.integer(400))];
    done.push('garbage');
  } else if (kind < 8) {
    packets = [...packets.slice(0, 1), someBytes(random, 1 + random.integer(400))];
    done.push('garbage after the CONNECT');
  } else if (kind < 88) {
    const from = chance(random, 80) ? 1 : 0; // a spoiled CONNECT hides all that comes after it
    for (let count = 1 + random.integer(3); count > 0; count -= 1) {
      const [spoiled, what] = mutate(packets, from, random);
      packets = spoiled;
      if (what !== null) done.push(what);
    }
  }
  return {
    index,
    version: who.version,
    about: done.length === 0 ? 'nothing' : done.join(', '),
    chunks: inChunks(packets, random).filter(({ length }) => length > 0),
    reads: !chance(random, 5),
    linger_ms: random.pick([0, 0, 2, 5, 10, 20, 40, chance(random, 10) ? 1000 : 100]),
    leaves: chance(random, 70) ? 'end' : 'reset',
  };
}
