/** Which addresses count as one, where failures are counted. Pure. */

const MAPPED = /^::ffff:(?=\d{1,3}\.)/i;

/**
 * An IPv4 address as it is, also where it comes mapped into IPv6; of an IPv6 address the first 64 bits, as whoever has one
 * address of a network has all 2^64 of them (RFC 4291 §2.5.1).
 */
export function addressGroup(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (!plain.includes(':') || isLoopbackAddress(plain)) return plain;
  const [before = '', after] = plain.replace(/%.*$/, '').split('::', 2);
  const head = words(before);
  const tail = after === undefined ? [] : words(after);
  const zeros = Math.max(0, 8 - head.length - tail.length);
  const all = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${all.slice(0, 4).join(':')}::/64`;
}

/** Whether it is a program of this machine. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address.replace(MAPPED, ''));
}

function words(part: string): string[] {
  return part === '' ? [] : part.split(':').map((word) => word.toLowerCase().replace(/^0+(?=.)/, ''));
}
