/** Where refused packets go: acknowledged as MQTT 3.1.1 wants it, seen by nobody. */
import type { PublishPacket } from 'aedes';
import type { Reason } from './mqtt5/reason.ts';
import { refusePublish } from './mqtt5/refusals.ts';

const SINK = '$refused';

/**
 * Turns a packet into one that is acknowledged and reaches nobody.
 * @param why is told to a sender that speaks MQTT 5; left out, it is told of success; empty: only the code.
 * @param code 0x87, not authorized, where left out.
 */
export function sink(packet: PublishPacket, why?: string, code?: Reason): void {
  if (why !== undefined) refusePublish(packet, why, code);
  packet.topic = SINK;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}
