/** Ways to spoil a row of packets, given as the bytes of each. Pure; whatever comes out is meant to be wrong in one place, or in a few. */
import type { Random } from '../failure/support/random.ts';
import { someBytes } from './words.ts';

/** @param at the packet that is spoiled, where the way spoils one alone. @returns the row anew. */
type Way = (packets: readonly Buffer[], at: number, random: Random) => readonly Buffer[];

/** One packet in another's place. */
function on(change: (packet: Buffer, random: Random) => Buffer): Way {
  return (packets, at, random) => packets.map((packet, index) => (index === at ? change(packet, random) : packet));
}

function flipBit(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  const where = random.integer(packet.length);
  spoiled[where] = (packet[where] ?? 0) ^ (1 << random.integer(8));
  return spoiled;
}

function setByte(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  spoiled[random.integer(packet.length)] = random.pick([0, 0xff, 0x7f, 0x80, 0xc0, random.integer(256)]);
  return spoiled;
}

function insertBytes(packet: Buffer, random: Random): Buffer {
  const where = random.integer(packet.length + 1);
  return Buffer.concat([packet.subarray(0, where), someBytes(random, 1 + random.integer(4)), packet.subarray(where)]);
}

function removeBytes(packet: Buffer, random: Random): Buffer {
  const where = random.integer(packet.length);
  return Buffer.concat([packet.subarray(0, where), packet.subarray(where + 1 + random.integer(4))]);
}

function doubleBytes(packet: Buffer, random: Random): Buffer {
  const where = random.integer(packet.length);
  const end = where + 1 + random.integer(16);
  return Buffer.concat([packet.subarray(0, end), packet.subarray(where)]);
}

function swapBytes(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  const [one, other] = [random.integer(packet.length), random.integer(packet.length)];
  [spoiled[one], spoiled[other]] = [packet[other] ?? 0, packet[one] ?? 0];
  return spoiled;
}

function truncate(packet: Buffer, random: Random): Buffer {
  return packet.subarray(0, random.integer(packet.length));
}

/** Bytes of the remaining length, after the first byte. */
function lengthBytes(packet: Buffer): number {
  let count = 1;
  while (count < 4 && (packet[count] ?? 0) >= 0x80) count += 1;
  return count;
}

function withLength(packet: Buffer, length: readonly number[]): Buffer {
  return Buffer.concat([packet.subarray(0, 1), Buffer.from(length), packet.subarray(1 + lengthBytes(packet))]);
}

/** The packet says that it is a little longer or shorter than it is. */
function wrongLength(packet: Buffer, random: Random): Buffer {
  const length = Math.max(0, packet.length - 1 - lengthBytes(packet) + random.integer(9) - 4);
  return withLength(packet, length < 128 ? [length] : [(length % 128) | 0x80, (length >> 7) & 0x7f]);
}

/** More than a packet can have, and what can be had at most. */
const absurd: readonly [readonly number[], ...(readonly number[])[]] = [
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x01],
  [0x80, 0x80, 0x80, 0x01],
  [0x80, 0x00],
];

function absurdLength(packet: Buffer, random: Random): Buffer {
  return withLength(packet, random.pick(absurd));
}

/** Two bytes somewhere, which may well be the length of a text, become large. */
function absurdText(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  const where = random.integer(packet.length);
  spoiled[where] = 0xff;
  if (where + 1 < packet.length) spoiled[where + 1] = 0xff;
  return spoiled;
}

function flags(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  spoiled[0] = ((packet[0] ?? 0) & 0xf0) | random.integer(16);
  return spoiled;
}

function type(packet: Buffer, random: Random): Buffer {
  const spoiled = Buffer.from(packet);
  spoiled[0] = (random.integer(16) << 4) | ((packet[0] ?? 0) & 0x0f);
  return spoiled;
}

function manyTimes(packets: readonly Buffer[], at: number): readonly Buffer[] {
  const packet = packets[at] ?? Buffer.alloc(0);
  const times = Math.min(60, Math.ceil(60_000 / packet.length));
  return packets.toSpliced(at, 0, ...Array.from({ length: times }, () => packet));
}

const ways: readonly [readonly [string, Way], ...(readonly [string, Way])[]] = [
  ['flipped bit', on(flipBit)],
  ['another flipped bit', on((packet, random) => flipBit(flipBit(packet, random), random))],
  ['set byte', on(setByte)],
  ['inserted bytes', on(insertBytes)],
  ['removed bytes', on(removeBytes)],
  ['doubled bytes', on(doubleBytes)],
  ['swapped bytes', on(swapBytes)],
  ['truncated packet', on(truncate)],
  ['wrong length', on(wrongLength)],
  ['absurd length', on(absurdLength)],
  ['absurd text', on(absurdText)],
  ['wrong flags', on(flags)],
  ['wrong type', on(type)],
  ['removed packet', (packets, at) => packets.toSpliced(at, 1)],
  ['doubled packet', (packets, at) => packets.toSpliced(at, 0, packets[at] ?? Buffer.alloc(0))],
  ['many times one packet', manyTimes],
  [
    'swapped packets',
    (packets, at, random) => {
      const other = random.integer(packets.length);
      return packets.with(at, packets[other] ?? Buffer.alloc(0)).with(other, packets[at] ?? Buffer.alloc(0));
    },
  ],
  ['inserted garbage', (packets, at, random) => packets.toSpliced(at, 0, someBytes(random, 1 + random.integer(40)))],
  ['ended early', (packets, at, random) => [...packets.slice(0, at), truncate(packets[at] ?? Buffer.from([0]), random)]],
];

/** @param from the first packet that may be spoiled. @returns the row anew, and what was done to it, if anything. */
export function mutate(packets: readonly Buffer[], from: number, random: Random): readonly [readonly Buffer[], string | null] {
  if (packets.length <= from) return [packets, null];
  const at = from + random.integer(packets.length - from);
  const [name, way] = random.pick(ways);
  if ((packets[at]?.length ?? 0) === 0) return [packets, null];
  return [way(packets, at, random), `${name} at ${at}`];
}
