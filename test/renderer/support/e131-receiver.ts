/** Reads packets of E1.31 as its tables say, field by field, and knows nothing of how they are written. */
import { strict as assert } from 'node:assert';

export interface E131Packet {
  readonly cid: string;
  readonly source: string;
  readonly priority: number;
  readonly synchronization: number;
  readonly sequence: number;
  readonly options: number;
  readonly universe: number;
  readonly slots: Buffer;
}

/** @throws AssertionError where a field is not as ANSI E1.31-2018 has it. */
export function readE131(packet: Buffer): E131Packet {
  let at = 0;
  const take = (bytes: number) => {
    at += bytes;
    return packet.subarray(at - bytes, at);
  };
  const number = (bytes: number) => take(bytes).readUIntBE(0, bytes);
  const expectNumber = (bytes: number, wanted: number, clause: string) => assert.equal(number(bytes), wanted, clause);
  const expectLength = (clause: string) => {
    const rest = packet.length - at;
    const flagsAndLength = number(2);
    assert.deepEqual([flagsAndLength >> 12, flagsAndLength & 0xfff], [7, rest], clause);
  };
  expectNumber(2, 0x0010, '5.1 preamble size');
  expectNumber(2, 0, '5.2 post-amble size');
  assert.deepEqual([...take(12)], [0x41, 0x53, 0x43, 0x2d, 0x45, 0x31, 0x2e, 0x31, 0x37, 0, 0, 0], '5.3 packet identifier');
  expectLength('5.4 flags and length');
  expectNumber(4, 4, '5.5 VECTOR_ROOT_E131_DATA');
  const cid = take(16).toString('hex');
  expectLength('6.1 flags and length');
  expectNumber(4, 2, '6.2.1 VECTOR_E131_DATA_PACKET');
  const name = take(64);
  const end = name.indexOf(0);
  assert(end >= 0 && name.subarray(end).every((byte) => byte === 0), '6.2.2 source name ends in zeros');
  const [priority, synchronization, sequence, options, universe] = [number(1), number(2), number(1), number(1), number(2)];
  assert(priority <= 200, '6.2.3 priority');
  assert.equal(options & 0b0001_1111, 0, '6.2.6 reserved options');
  assert(universe >= 1 && universe <= 63_999, '6.2.7 universe');
  expectLength('7.1 flags and length');
  expectNumber(1, 2, '7.2 VECTOR_DMP_SET_PROPERTY');
  expectNumber(1, 0xa1, '7.3 address and data type');
  expectNumber(2, 0, '7.4 first property address');
  expectNumber(2, 1, '7.5 address increment');
  const count = number(2);
  assert(count >= 1 && count <= 513, '7.6 property value count');
  expectNumber(1, 0, '7.7 START code');
  const slots = Buffer.from(take(count - 1));
  assert.equal(at, packet.length, 'nothing is left over');
  return { cid, source: name.subarray(0, end).toString('utf8'), priority, synchronization, sequence, options, universe, slots };
}
