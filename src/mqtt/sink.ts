/** Where refused packets go: acknowledged as MQTT 3.1.1 wants it, seen by nobody. */
import type { PublishPacket } from 'aedes';

const SINK = '$refused';

/** Turns a packet into one that is acknowledged and reaches nobody. */
export function sink(packet: PublishPacket): void {
  packet.topic = SINK;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}
