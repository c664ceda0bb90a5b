/** What passes between a daemon and the renderer's service, as JSON: the renderer's own messages, and two of the service's. */
import * as z from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };
import type { FromKeeper, FromRenderer, PreviewStrip } from '../messages.ts';

/** The first message of a daemon. Both are of one release, or do not understand each other's layouts. */
export interface Hello {
  readonly kind: 'hello';
  readonly version: string;
}

export const VERSION: string = packageJson.version;
export const hello: Hello = { kind: 'hello', version: VERSION };

const helloSchema = z.strictObject({ kind: z.literal('hello'), version: z.string().max(100) });

/** @returns what is wrong with the first message of a daemon. */
export function objectionTo(first: unknown): string | null {
  const parsed = helloSchema.safeParse(first);
  if (!parsed.success) return 'the first message is no hello';
  if (parsed.data.version === VERSION) return null;
  return `the service is of version ${VERSION} and the daemon of another: restart both (sudo systemctl restart diuna-renderer diuna)`;
}

/** Bytes are base64 in JSON. */
export function toWire(message: FromRenderer | FromKeeper): object {
  if (message.kind !== 'preview') return message;
  return { kind: 'preview', strips: message.strips.map(({ id, rgb }) => ({ id, rgb: Buffer.from(rgb).toString('base64') })) };
}

const kinds: Readonly<Record<FromKeeper['kind'], true>> = {
  ready: true,
  shown: true,
  stats: true,
  overrun: true,
  capped: true,
  output_failed: true,
  output_recovered: true,
  power: true,
  effects: true,
  effect_failed: true,
  preview: true,
  stopped: true,
  ended: true,
};
const previewSchema = z.object({ kind: z.literal('preview'), strips: z.array(z.object({ id: z.string(), rgb: z.base64() })) });

/** @returns null for what no service of this release sends. */
export function fromWire(message: unknown): FromKeeper | null {
  const kind: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'kind') : null;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) return null;
  // The rest is what the entry's own types say: the service is root's, and of one build with the daemon.
  if (kind !== 'preview') return message as FromKeeper;
  const parsed = previewSchema.safeParse(message);
  if (!parsed.success) return null;
  const strips = parsed.data.strips.map(({ id, rgb }): PreviewStrip => ({ id, rgb: new Uint8Array(Buffer.from(rgb, 'base64')) }));
  return { kind: 'preview', strips };
}
