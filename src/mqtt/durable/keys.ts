/**
 * The keys under which the broker keeps what is to outlive a restart:
 * - `r/<topic>`: the retained message of a topic
 * - `s/<client id>`: a session, with its filters
 * - `a/<client id>`: its client is away, since when, and the will that waits
 * - `i/<client id>`: packet identifiers of QoS 2 that the client has not released
 * - `m/<number>`: a message that waits, and for whom
 * - `x/<number>/<client id>`: what became of such a message for one of them
 */
export const keys = {
  retained: (topic: string) => `r/${topic}`,
  session: (clientId: string) => `s/${clientId}`,
  away: (clientId: string) => `a/${clientId}`,
  incoming: (clientId: string) => `i/${clientId}`,
  message: (n: number) => `m/${n}`,
  mark: (n: number, clientId: string) => `x/${n}/${clientId}`,
};

export type Key =
  | { readonly kind: 'r' | 's' | 'a' | 'i'; readonly of: string }
  | { readonly kind: 'm'; readonly n: number }
  | { readonly kind: 'x'; readonly n: number; readonly of: string };

const numbered = /^(\d{1,15})(?:\/(.*))?$/s;

/** @returns `null` where no version of this broker wrote it. */
export function readKey(key: string): Key | null {
  const [kind, rest] = [key.slice(0, 2), key.slice(2)];
  if (kind === 'r/') return { kind: 'r', of: rest };
  if (kind === 's/') return { kind: 's', of: rest };
  if (kind === 'a/') return { kind: 'a', of: rest };
  if (kind === 'i/') return { kind: 'i', of: rest };
  const found = numbered.exec(rest);
  if (found === null) return null;
  const [n, of] = [Number(found[1]), found[2]];
  if (kind === 'm/' && of === undefined) return { kind: 'm', n };
  return kind === 'x/' && of !== undefined ? { kind: 'x', n, of } : null;
}
