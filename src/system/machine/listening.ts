/** Reads on which addresses programs listen, from the kernel's tables, without connecting to anything. */
import type { Listening } from '../../core/doctor/facts.ts';
import type { Files } from './files.ts';

/** TCP_LISTEN (include/net/tcp_states.h). */
const LISTEN = '0A';

export function readListening(files: Files): Listening[] {
  return ['proc/net/tcp', 'proc/net/tcp6'].flatMap((path) => parseSockets(files.text(path) ?? ''));
}

/** `  0: 0100007F:075B 00000000:0000 0A …`: address, as the machine's own words of 4 bytes, and port. */
export function parseSockets(text: string): Listening[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === LISTEN ? [{ host: hostOf(address), port: Number.parseInt(port, 16) }] : [];
    });
}

/** Empty for every address. All machines that we run on are little-endian. */
function hostOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.every((byte) => byte === 0)) return '';
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.slice(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? '::1' : `::${bytes[15]?.toString(16)}`;
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  const words = Array.from({ length: 8 }, (_, at) => (((bytes[at * 2] ?? 0) << 8) | (bytes[at * 2 + 1] ?? 0)).toString(16));
  return words.join(':');
}
