/** What the log holds, decoded: each record on its own, so that one that cannot be read costs no other. */
import * as z from 'zod';
import type { KeptLog } from './kept-log.ts';
import { readKey } from './keys.ts';
import { messageSchema } from './message-text.ts';
import type { Filter } from './session-records.ts';
import type { Mark } from './waiting-messages.ts';

const qosSchema = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const identifierSchema = z.int().min(0);

const filterSchema = z
  .object({
    topic: z.string().min(1),
    qos: qosSchema,
    rh: z.int().optional(),
    rap: z.boolean().optional(),
    nl: z.boolean().optional(),
    id: z.int().min(1).optional(),
  })
  .transform(
    ({ topic, qos, rh, rap, nl, id }): Filter => ({
      topic,
      qos,
      ...(rh === undefined ? {} : { rh }),
      ...(rap === undefined ? {} : { rap }),
      ...(nl === undefined ? {} : { nl }),
      ...(id === undefined ? {} : { subscriptionIdentifier: id }),
    }),
  );
const sessionSchema = z.object({ u: z.string().nullable(), e: z.number().min(0).nullable(), f: z.array(filterSchema) });
const awaySchema = z.object({ t: z.number(), w: z.object({ d: z.number().min(0), m: messageSchema }).optional() });
const incomingSchema = z.object({ ids: z.array(identifierSchema) });
const receiversSchema = z.object({ to: z.array(z.string()) });
const markSchema: z.ZodType<Mark> = z.union([
  z.strictObject({ id: identifierSchema }),
  z.strictObject({ released: identifierSchema }),
  z.strictObject({ over: z.literal(true) }),
]);

type KeptMessage = z.output<typeof messageSchema>;

export interface Records {
  /** By topic, the one stored last is last. */
  readonly retained: ReadonlyMap<string, KeptMessage>;
  readonly sessions: ReadonlyMap<string, z.output<typeof sessionSchema>>;
  readonly away: ReadonlyMap<string, z.output<typeof awaySchema>>;
  readonly incoming: ReadonlyMap<string, readonly number[]>;
  /** By number. */
  readonly waiting: ReadonlyMap<number, { readonly message: KeptMessage; readonly to: readonly string[] }>;
  /** By number and client. */
  readonly marks: ReadonlyMap<number, ReadonlyMap<string, Mark>>;
  /** How many could not be read. */
  readonly unread: number;
}

/** Removes from the log what cannot be read: nothing would ever end it. */
export function decodeRecords(entries: ReadonlyMap<string, unknown>, log: Pick<KeptLog, 'remove'>): Records {
  const found: Found = {
    retained: new Map(),
    sessions: new Map(),
    away: new Map(),
    incoming: new Map(),
    waiting: new Map(),
    marks: new Map(),
  };
  let unread = 0;
  for (const [key, value] of entries) {
    if (take(found, key, value)) continue;
    unread += 1;
    log.remove(key);
  }
  return { ...found, unread };
}

interface Found {
  readonly retained: Map<string, KeptMessage>;
  readonly sessions: Map<string, z.output<typeof sessionSchema>>;
  readonly away: Map<string, z.output<typeof awaySchema>>;
  readonly incoming: Map<string, readonly number[]>;
  readonly waiting: Map<number, { message: KeptMessage; to: readonly string[] }>;
  readonly marks: Map<number, Map<string, Mark>>;
}

/** @returns false where it cannot be read. */
function take(found: Found, text: string, value: unknown): boolean {
  const key = readKey(text);
  switch (key?.kind) {
    case undefined:
      return false;
    case 'r':
      return into(found.retained, key.of, messageSchema.safeParse(value));
    case 's':
      return into(found.sessions, key.of, sessionSchema.safeParse(value));
    case 'a':
      return into(found.away, key.of, awaySchema.safeParse(value));
    case 'i':
      return into(found.incoming, key.of, incomingSchema.transform(({ ids }) => ids).safeParse(value));
    case 'm': {
      const [message, receivers] = [messageSchema.safeParse(value), receiversSchema.safeParse(value)];
      if (!message.success || !receivers.success) return false;
      found.waiting.set(key.n, { message: message.data, to: receivers.data.to });
      return true;
    }
    case 'x': {
      const marks = found.marks.get(key.n) ?? new Map<string, Mark>();
      found.marks.set(key.n, marks);
      return into(marks, key.of, markSchema.safeParse(value));
    }
  }
}

function into<T>(map: Map<string, T>, key: string, parsed: z.ZodSafeParseResult<T>): boolean {
  if (parsed.success) map.set(key, parsed.data);
  return parsed.success;
}
