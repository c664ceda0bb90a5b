/**
 * Whose a session is, as text that outlives the process: of who came with a password the user's name, as the configuration
 * says the rest; of who came with a token what that gave, as it may be less.
 */
import * as z from 'zod';
import type { Account } from '../../core/access/account.ts';
import { roles } from '../../model/config-access.ts';

const tokenOwner = z.object({
  user: z.string(),
  role: z.enum(roles),
  zones: z.array(z.string()).nullable(),
  token: z.object({ id: z.string(), expiresMs: z.int() }),
});

/** @returns `null` where nobody has to log in. */
export function ownerText({ user, role, zones, token }: Account): string | null {
  if (user === null || token === null) return user;
  return JSON.stringify({ user, role, zones: zones === null ? null : [...zones], token } satisfies z.infer<typeof tokenOwner>);
}

/** What cannot be told of who came with a password is taken for the most that there is: nobody with less may come by the session. */
export function parseOwner(text: string): Account {
  const unknown: Account = { user: text, role: 'admin', zones: null, token: null };
  if (!text.startsWith('{')) return unknown; // as no name does
  const { success, data } = tokenOwner.safeParse(parse(text));
  return success ? { ...data, zones: data.zones === null ? null : new Set(data.zones) } : unknown;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
