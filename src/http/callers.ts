/**
 * Whether a request is meant for us and comes from a page that may send it. A browser says truly which name it looked up
 * (Host) and which page asks (Origin): a foreign name is DNS rebinding, a foreign page is one that the user did not mean.
 * Other programs can say anything, and need not be browsers: against them stand the broker's users.
 *
 * Nothing else that a request says about its sender is believed, X-Forwarded-For least of all: behind a proxy everybody
 * comes from the proxy's address, and shares its limits.
 */
import { isIP } from 'node:net';

export interface Names {
  /** Other names of this machine, with or without a port. */
  readonly hosts: readonly string[];
  /** Other origins whose pages may come in. */
  readonly origins: readonly string[];
}

export interface Server {
  readonly port: number;
  readonly secure: boolean;
  /** Of this machine. */
  readonly hostName: string;
}

interface Authority {
  readonly name: string;
  /** `null` where the scheme's own is meant. */
  readonly port: number | null;
}

/** @returns why a request with this Host is not for us, or `null`. */
export function refuseHost(host: string | undefined, names: Names, server: Server): string | null {
  const asked = parseAuthority(host ?? '');
  if (asked === null) return `Host ${quoted(host)} is no name and port`;
  const listed = names.hosts.map(parseAuthority).filter((known) => known !== null);
  if (listed.some((known) => known.name === asked.name && known.port !== null && known.port === asked.port)) return null;
  const known = isOurName(asked.name, server.hostName) || listed.some(({ name }) => name === asked.name);
  if (!known) return `Host ${quoted(host)} is none of our names: add it to http.hosts`;
  if (asked.port === null || asked.port === server.port) return null;
  return `Host ${quoted(host)} has another port than ours: add it to http.hosts as it stands there`;
}

/** @returns why a page of this origin may not come in, or `null`. Without an Origin it is no page [RFC 6455, 10.2]. */
export function refuseOrigin(origin: string | undefined, host: string | undefined, names: Names, server: Server): string | null {
  if (origin === undefined) return null;
  const url = parseOrigin(origin);
  if (url === null) return `Origin ${quoted(origin)} is no page of ours`;
  if (names.origins.some((listed) => parseOrigin(listed)?.origin === url.origin)) return null;
  const asked = parseAuthority(host ?? '');
  // Where we serve HTTP, a page in HTTPS has come by a proxy that ends TLS; where we serve HTTPS, one in HTTP is a stranger's.
  const ours = asked !== null && (url.protocol === 'https:' || !server.secure) && parseAuthority(url.host)?.name === asked.name;
  if (ours && portOf(url) === (asked.port ?? (url.protocol === 'https:' ? 443 : 80))) return null;
  return `Origin ${quoted(origin)} is no page of ours: add it to http.origins`;
}

/** An address cannot be rebound to another one; our own names are ours to say. */
function isOurName(name: string, hostName: string): boolean {
  const own = hostName.toLowerCase();
  const first = own.split('.')[0] ?? own;
  return isIP(name) !== 0 || name === 'localhost' || name === own || name === first || name === `${first}.local`;
}

/** `host`, `host:port`, `[v6]:port`; a dot at the end means the same name. */
function parseAuthority(text: string): Authority | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?)(?::(\d{1,5}))?$/i.exec(text);
  if (found === null || (found[1] !== undefined && isIP(found[1]) !== 6)) return null;
  const name = (found[1] ?? found[2] ?? '').toLowerCase();
  return { name, port: found[3] === undefined ? null : Number(found[3]) };
}

/** `null` stands for pages without an origin of their own, such as files and sandboxes; anything may be one. */
function parseOrigin(text: string): URL | null {
  if (!/^https?:\/\/[^\s/?#@]+$/i.test(text)) return null;
  try {
    return new URL(text);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return null;
  }
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function quoted(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 100));
}
