/**
 * Takes the packets that aedes writes to a connection of version 5, as objects. Aedes knows one way to write,
 * `mqttPacket.writeToStream(packet, stream)`, which is replaced here, once in a process however many brokers there are,
 * by one that looks whether somebody has claimed the stream; every other stream is written to as before, or as the broker
 * wants.
 */
import type { Writable } from 'node:stream';
import mqttPacket, { type Packet } from 'mqtt-packet';

export interface Outlet {
  /** @returns false where the stream wants to be drained first, as a stream's `write` does. */
  send(packet: Packet): boolean;
}

const VERSION_5 = { protocolVersion: 5 };
export type Write = (packet: Packet, stream: NodeJS.WritableStream, options?: object) => boolean;
const native = mqttPacket.writeToStream;
const outlets = new WeakMap<object, Outlet>();
let older: Write = native;
let users = 0;

function dispatch(packet: Packet, stream: NodeJS.WritableStream, options?: object): boolean {
  const outlet = outlets.get(stream);
  return outlet === undefined ? older(packet, stream, options) : outlet.send(packet);
}
// a setting that stands on the function
Object.defineProperty(dispatch, 'cacheNumbers', {
  get: () => native.cacheNumbers,
  set: (cache: boolean) => {
    native.cacheNumbers = cache;
  },
});

/**
 * From here on claimed streams are served.
 * @param writeOlder writes to all others. @returns the way back, which may be called more than once.
 */
export function interceptWrites(writeOlder: Write = native): () => void {
  older = writeOlder;
  if (users === 0) Object.assign(mqttPacket, { writeToStream: dispatch });
  users += 1;
  let using = true;
  return () => {
    if (!using) return;
    using = false;
    users -= 1;
    if (users === 0 && mqttPacket.writeToStream === dispatch) Object.assign(mqttPacket, { writeToStream: native });
  };
}

export function claim(stream: Writable, outlet: Outlet): void {
  outlets.set(stream, outlet);
}

/** Writes a packet in version 5's form. */
export function write(packet: Packet, stream: Writable): boolean {
  return native(packet, stream, VERSION_5);
}

/** The bytes of a packet in version 5's form. */
export function encode(packet: Packet): Buffer {
  return mqttPacket.generate(packet, VERSION_5);
}

export { VERSION_5 };
