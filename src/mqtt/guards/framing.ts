/**
 * Looks at the fixed header of each packet before the decoder keeps a byte of it. A packet longer than allowed is refused
 * there; of a PUBLISH that is not absurdly long only the payload is thrown away as it comes, so that its sender is told
 * `too_large` like for any other command. What has begun and not ended is bounded for all connections together, elsewhere.
 */
import { MALFORMED_PACKET, PACKET_TOO_LARGE, Refused } from './refused.ts';

/** Of a PUBLISH that is too long, so many times the limit are read past; beyond, the connection ends. */
const SKIP_TIMES = 16;
const PUBLISH = 3;
/** What a chunk costs to keep besides its bytes, about: many tiny ones must not come cheap. */
const CHUNK_COST = 128;
/** The first packet, of a stranger still, may not be longer: room for names and a token, and for a will of some 56 KiB. */
const CONNECT_BYTES = 65_536;

export interface FramingParts {
  readonly packetBytes: number;
  readonly topicBytes: number;
  /** Says how many bytes of a packet have come that has not ended; where they are too many, the connection ends. */
  readonly hold: (bytes: number) => void;
  /** Hands bytes to the decoder. @param cut bytes of the payload that were thrown away. */
  readonly pass: (bytes: Buffer, cut: number) => void;
  /** Whether a PUBLISH that is too long may be told of by its topic; in MQTT 5 it ends the connection. */
  readonly mayCut: () => boolean;
}

interface Cutting {
  readonly first: number;
  readonly announced: number;
  readonly kept: Buffer[];
  keptBytes: number;
}

export class Framing {
  readonly #parts: FramingParts;
  /** A fixed header that is not whole yet, at most 4 bytes. */
  #head: Buffer = Buffer.alloc(0);
  /** Bytes of the packet under way that are still to come. */
  #left = 0;
  #held = 0;
  #isFirst = true;
  #cutting: Cutting | null = null;

  constructor(parts: FramingParts) {
    this.#parts = parts;
  }

  /** @throws Refused where the connection has to end. */
  feed(chunk: Buffer): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    this.#head = Buffer.alloc(0);
    let from = 0; // what is not passed on yet
    let at = 0;
    let begun: number | null = null; // where the packet under way begins, if in these bytes
    while (at < bytes.length) {
      if (this.#left === 0) {
        const header = readHeader(bytes, at);
        if (header === null) {
          this.#head = Buffer.from(bytes.subarray(at));
          break;
        }
        this.#checkFirst(header.length);
        if (header.length > this.#parts.packetBytes) {
          this.#pass(bytes.subarray(from, at));
          this.#startCutting(bytes[at] ?? 0, header.length);
          from = at + header.bytes;
        }
        begun = at;
        this.#left = header.length;
        at += header.bytes;
      }
      const end = Math.min(bytes.length, at + this.#left);
      this.#left -= end - at;
      if (this.#cutting !== null) {
        this.#keep(this.#cutting, bytes.subarray(at, end));
        from = end;
        if (this.#left === 0) this.#finishCutting(this.#cutting);
      }
      at = end;
    }
    this.#account(begun === null ? this.#held + at : at - begun);
    this.#pass(bytes.subarray(from, at));
  }

  /** The connection is gone. */
  close(): void {
    this.#held = 0;
    this.#parts.hold(0);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0) this.#parts.pass(bytes, 0);
  }

  /** @param soFar bytes of the packet under way, if there is one. */
  #account(soFar: number): void {
    this.#held = this.#left === 0 || this.#cutting !== null ? 0 : soFar + CHUNK_COST;
    this.#parts.hold(this.#held);
  }

  #checkFirst(length: number): void {
    if (this.#isFirst && length > CONNECT_BYTES)
      throw new Refused('packet_bytes', PACKET_TOO_LARGE, `a CONNECT may have ${CONNECT_BYTES} bytes, this one announced ${length}`);
    this.#isFirst = false;
  }

  #startCutting(first: number, announced: number): void {
    const { packetBytes, mayCut } = this.#parts;
    if (first >> 4 !== PUBLISH || announced > packetBytes * SKIP_TIMES || !mayCut())
      throw new Refused('packet_bytes', PACKET_TOO_LARGE, `a packet may have ${packetBytes} bytes, this one announced ${announced}`);
    this.#cutting = { first, announced, kept: [], keptBytes: 0 };
  }

  /** Topic and packet identifier are kept, and no more. */
  #keep(cutting: Cutting, bytes: Buffer): void {
    const wanted = this.#parts.topicBytes + 4 - cutting.keptBytes;
    if (wanted <= 0) return;
    const kept = Buffer.from(bytes.subarray(0, wanted));
    cutting.kept.push(kept);
    cutting.keptBytes += kept.length;
  }

  #finishCutting({ first, announced, kept }: Cutting): void {
    this.#cutting = null;
    const start = Buffer.concat(kept);
    const length = 2 + start.readUInt16BE(0) + ((first & 0x06) === 0 ? 0 : 2);
    if (length > start.length) throw new Refused('malformed', MALFORMED_PACKET, `a topic may have ${this.#parts.topicBytes} bytes`);
    const cut = announced - length;
    this.#parts.pass(Buffer.concat([Buffer.from([first, ...encodeLength(length)]), start.subarray(0, length)]), cut);
  }
}

/** @returns null where it is not whole. A length of more than 4 bytes is left to the decoder to refuse. */
function readHeader(bytes: Buffer, at: number): { readonly length: number; readonly bytes: number } | null {
  let length = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) return { length, bytes: index + 1 };
  }
  throw new Refused('malformed', MALFORMED_PACKET, 'the length of a packet has at most 4 bytes');
}

function encodeLength(length: number): number[] {
  return length < 128 ? [length] : [(length % 128) | 0x80, ...encodeLength(Math.floor(length / 128))];
}
