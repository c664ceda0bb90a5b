/**
 * Frames as packets of the Distributed Display Protocol (3waylabs.com/ddp, 2022-09-05), in buffers made once. Header of
 * 10 bytes, numbers big-endian:
 *
 *   0     flags: version 1 in the top two bits (0x40); push (0x01) on a frame's last packet, upon which it is shown
 *   1     sequence: 1 to 15, counted up by packet, 0 would mean that it is not used
 *   2     data type: bits 5-3 the kind (1 RGB, 3 RGBW), bits 2-0 the size (3 is 8 bits a component): 0x0B, 0x1B
 *   3     destination: 1 is the default display
 *   4-7   offset of this packet's data in the frame, in bytes
 *   8-9   length of this packet's data, in bytes
 */
export const DDP_HEADER_BYTES = 10;
/** Most data bytes of a packet: 480 RGB or 360 RGBW LEDs, which fits an Ethernet frame. */
export const DDP_DATA_BYTES = 1440;

const FLAGS_VERSION_1 = 0x40;
const FLAG_PUSH = 0x01;
const TYPE_RGB24 = 0x0b;
const TYPE_RGBW32 = 0x1b;
const DESTINATION_DISPLAY = 1;
const LAST_SEQUENCE = 15;

export class DdpPackets {
  /** Whole packets, ready to send after `fill`. */
  readonly packets: readonly Uint8Array[];
  #sequence = 0;

  /** @param bytes of a frame: LEDs × components, at least 1. */
  constructor(bytes: number, componentsPerLed: 3 | 4) {
    const packets: Uint8Array[] = [];
    for (let offset = 0; offset < bytes; offset += DDP_DATA_BYTES) {
      packets.push(emptyPacket(offset, Math.min(DDP_DATA_BYTES, bytes - offset), offset + DDP_DATA_BYTES >= bytes, componentsPerLed));
    }
    this.packets = packets;
  }

  /** Copies the frame into the packets and numbers them on. */
  fill(frame: Uint8Array): void {
    let offset = 0;
    for (const packet of this.packets) {
      this.#sequence = (this.#sequence % LAST_SEQUENCE) + 1;
      packet[1] = this.#sequence;
      // A loop and not set(subarray): that would make a view for every packet of every frame.
      for (let index = DDP_HEADER_BYTES; index < packet.length; index += 1) {
        packet[index] = frame[offset] ?? 0;
        offset += 1;
      }
    }
  }
}

function emptyPacket(offset: number, length: number, last: boolean, componentsPerLed: 3 | 4): Uint8Array {
  const packet = new Uint8Array(DDP_HEADER_BYTES + length);
  const header = new DataView(packet.buffer);
  header.setUint8(0, FLAGS_VERSION_1 | (last ? FLAG_PUSH : 0));
  header.setUint8(2, componentsPerLed === 4 ? TYPE_RGBW32 : TYPE_RGB24);
  header.setUint8(3, DESTINATION_DISPLAY);
  header.setUint32(4, offset);
  header.setUint16(8, length);
  return packet;
}
