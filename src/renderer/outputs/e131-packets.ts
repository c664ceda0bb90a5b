/**
 * Frames as data packets of E1.31 (ANSI E1.31-2018, table 4-1), in buffers made once: one a universe, numbers
 * big-endian, in three layers that each begin with flags 0x7 and the 12-bit length from there to the packet's end.
 *
 *     0  root (5): preamble 0x0010 (5.1), post-amble 0 (5.2), packet identifier "ASC-E1.17" (5.3)
 *    16  flags and length (5.4), vector VECTOR_ROOT_E131_DATA (5.5), CID (5.6)
 *    38  framing (6): flags and length (6.1), vector VECTOR_E131_DATA_PACKET (6.2.1), source name (6.2.2)
 *   108  priority 0 to 200 (6.2.3), synchronization address, 0 for none (6.2.4), sequence of the universe (6.2.5)
 *   112  options (6.2.6), universe (6.2.7)
 *   115  DMP (7): flags and length (7.1), vector (7.2), types 0xa1 (7.3), first address (7.4), increment (7.5)
 *   123  count of values (7.6), values: START code 0, then the slots (7.7)
 */
import { ledsPerUniverse, universesOf } from '../../model/universes.ts';

const ROOT_AT = 16;
const FRAMING_AT = 38;
const SEQUENCE_AT = 111;
const OPTIONS_AT = 112;
const DMP_AT = 115;
const SLOTS_AT = 126;

const PREAMBLE_BYTES = 0x0010;
const PACKET_IDENTIFIER = 'ASC-E1.17\0\0\0';
const FLAGS = 0x7000;
const VECTOR_ROOT_E131_DATA = 0x00000004;
const VECTOR_E131_DATA_PACKET = 0x00000002;
const VECTOR_DMP_SET_PROPERTY = 0x02;
const ADDRESS_AND_DATA_TYPE = 0xa1;
const ADDRESS_INCREMENT = 1;
const NULL_START_CODE = 0;
const OPTION_STREAM_TERMINATED = 0x40;

export interface E131Stream {
  readonly leds: number;
  readonly componentsPerLed: 3 | 4;
  /** Of the first LED. */
  readonly universe: number;
  readonly priority: number;
  /** At most 63 bytes in UTF-8. */
  readonly source: string;
  /** 16 bytes that name this source among all, and stay the same. */
  readonly cid: Uint8Array;
}

export class E131Packets {
  /** Whole packets, ready to send after `fill`. */
  readonly packets: readonly Uint8Array[];
  readonly universes: readonly number[];
  #filled = false;

  constructor(stream: E131Stream) {
    const { leds, componentsPerLed, universe } = stream;
    const most = ledsPerUniverse(componentsPerLed);
    this.universes = Array.from({ length: universesOf(leds, componentsPerLed) }, (_, index) => universe + index);
    this.packets = this.universes.map((number, index) => {
      const slots = Math.min(most, leds - index * most) * componentsPerLed;
      return emptyPacket(stream, number, slots);
    });
  }

  /** Copies the frame into the packets and numbers them on. @returns whether the picture is another than before. */
  fill(frame: Uint8Array): boolean {
    let changed = !this.#filled;
    let offset = 0;
    for (const packet of this.packets) {
      for (let index = SLOTS_AT; index < packet.length; index += 1) {
        const value = frame[offset] ?? 0;
        if (packet[index] !== value) {
          packet[index] = value;
          changed = true;
        }
        offset += 1;
      }
    }
    this.#filled = true;
    this.again();
    return changed;
  }

  /** The same picture, numbered on. */
  again(): void {
    this.#number(0);
  }

  /** Says that nothing more comes; receivers ignore the slots of such a packet (6.2.6). The next `fill` begins anew. */
  terminate(): void {
    this.#filled = false;
    this.#number(OPTION_STREAM_TERMINATED);
  }

  #number(options: number): void {
    for (const packet of this.packets) {
      packet[SEQUENCE_AT] = ((packet[SEQUENCE_AT] ?? 0) + 1) & 0xff;
      packet[OPTIONS_AT] = options;
    }
  }
}

function emptyPacket(stream: E131Stream, universe: number, slots: number): Uint8Array {
  const packet = new Uint8Array(SLOTS_AT + slots);
  const fields = new DataView(packet.buffer);
  fields.setUint16(0, PREAMBLE_BYTES);
  packet.set(new TextEncoder().encode(PACKET_IDENTIFIER), 4);
  fields.setUint16(ROOT_AT, FLAGS | (packet.length - ROOT_AT));
  fields.setUint32(18, VECTOR_ROOT_E131_DATA);
  packet.set(stream.cid, 22);
  fields.setUint16(FRAMING_AT, FLAGS | (packet.length - FRAMING_AT));
  fields.setUint32(40, VECTOR_E131_DATA_PACKET);
  packet.set(new TextEncoder().encode(stream.source), 44);
  fields.setUint8(108, stream.priority);
  fields.setUint8(SEQUENCE_AT, 0xff);
  fields.setUint16(113, universe);
  fields.setUint16(DMP_AT, FLAGS | (packet.length - DMP_AT));
  fields.setUint8(117, VECTOR_DMP_SET_PROPERTY);
  fields.setUint8(118, ADDRESS_AND_DATA_TYPE);
  fields.setUint16(121, ADDRESS_INCREMENT);
  fields.setUint16(123, slots + 1);
  fields.setUint8(125, NULL_START_CODE);
  return packet;
}
