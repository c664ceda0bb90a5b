/** Refuses a packet by the length in its fixed header, before any of its bytes are kept. */
import type { ParserInside } from './inside.ts';

/** @param refuse called once for a packet of more than `maximum` bytes after its header; the parser stops there. */
export function limitPacketSize(parser: ParserInside, maximum: number, refuse: () => void): void {
  const readLength = parser._parseLength.bind(parser);
  parser._parseLength = () => {
    if (!readLength()) return false;
    if (parser.packet.length <= maximum) return true;
    refuse();
    return false;
  };
}
