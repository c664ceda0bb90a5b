/** What a file of the user's must export by default, and what is made of it. */
import * as z from 'zod';
import { fold } from '../../base/nearest.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { EffectInput } from '../../light/effects/effect.ts';
import { parameters } from '../../light/effects/effect.ts';
import type { EffectDeclaration } from '../../model/catalog.ts';
import { boolean, text } from '../../model/fields.ts';
import { nameIdSchema } from '../../model/ids.ts';
import { CELLS_PER_PIXEL, LEAST_CELLS } from './limits.ts';
import type { tools } from './tools.ts';

export type UserInput = Pick<EffectInput, 'timeMs' | 'seed' | 'length' | 'intensity' | 'gradient' | 'colors' | 'state'>;
type Draw = (pixels: Uint16Array, input: UserInput, given: typeof tools) => unknown;

export interface UserEffect {
  readonly declaration: EffectDeclaration;
  readonly palette: string;
  readonly animated: boolean;
  readonly ring: boolean;
  stateSize(length: number): number;
  draw(pixels: Uint16Array, input: UserInput, given: typeof tools): unknown;
}

const KEBAB = 'must be 1 to 32 of a-z and 0-9, with single hyphens between';
const name = text(64);

const declarationSchema = z.strictObject({
  id: z
    .string({ error: KEBAB })
    .max(32, { error: KEBAB })
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: KEBAB }),
  name,
  aliases: z.array(name).max(16, { error: 'must be at most 16 names' }).default([]),
  parameters: z.strictObject({ speed: text(200).optional(), intensity: text(200).optional() }).default({}),
  palette: nameIdSchema.default('color-1'),
});

const effectSchema = z.strictObject({
  declaration: declarationSchema,
  animated: boolean.default(true),
  ring: boolean.default(false),
  stateSize: z.custom<(length: number) => unknown>((value) => typeof value === 'function', { error: 'must be a function' }).optional(),
  draw: z.custom<Draw>((value) => typeof value === 'function', { error: 'must be a function' }),
});

/**
 * @param exported the file's default export.
 * @param taken names that other effects bear, folded; this one's are added.
 * @returns or what is wrong with it.
 */
export function parseEffect(exported: unknown, taken: Set<string>): Result<UserEffect, string> {
  if (exported === undefined) return err('it has no default export: an effect is `export default { declaration, draw }`');
  const parsed = effectSchema.safeParse(exported);
  if (!parsed.success) return err(mistakes(parsed.error));
  const { declaration, animated, ring } = parsed.data;
  const { id, name, aliases, palette } = declaration;
  if (Object.prototype.toString.call(parsed.data.draw) !== '[object Function]')
    return err('draw: must be a plain function, neither async nor a generator');
  const names = [...new Set([id, name, ...aliases].map(fold))];
  const clash = [id, name, ...aliases].find((known) => fold(known) === '' || taken.has(fold(known)));
  if (clash !== undefined) return err(`the name ${JSON.stringify(clash)} is taken by another effect`);
  for (const known of names) taken.add(known);
  const { speed = 'its pace', intensity = 'what the effect makes of it' } = declaration.parameters;
  return ok({
    declaration: { id, name, aliases, parameters: parameters(speed, intensity) },
    palette,
    animated,
    ring,
    stateSize: (length) => cellsOf(parsed.data.stateSize?.call(exported, length) ?? 0, length),
    draw: (pixels, input, given) => parsed.data.draw.call(exported, pixels, input, given),
  });
}

/** @throws where the effect asks for what cannot be. */
function cellsOf(size: unknown, length: number): number {
  const most = Math.max(LEAST_CELLS, CELLS_PER_PIXEL * length);
  if (typeof size === 'number' && Number.isInteger(size) && size >= 0 && size <= most) return size;
  throw new Error(`stateSize(${length}) must be a whole number of 0 to ${most}`);
}

function mistakes(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
}
