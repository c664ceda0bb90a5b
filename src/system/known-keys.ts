/** Asks a schema which keys it knows at a path, so that a misspelt key can be told what it probably meant. */
import * as z from 'zod';
import { valueAt } from './value-at.ts';

/**
 * @param data the whole input: where a map has several kinds, the key that tells them apart decides.
 * @returns none where anything or nothing is allowed there.
 */
export function knownKeys(schema: unknown, path: readonly PropertyKey[], data: unknown): string[] {
  let inner = unwrap(schema, data);
  for (const [index, part] of path.entries()) {
    const value = valueAt(data, path.slice(0, index + 1));
    if (inner instanceof z.ZodObject) inner = unwrap(valueAt(inner.shape, [part]), value);
    else if (inner instanceof z.ZodRecord) inner = unwrap(inner.valueType, value);
    else if (inner instanceof z.ZodArray) inner = unwrap(inner.element, value);
    else return [];
  }
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function unwrap(schema: unknown, value: unknown): unknown {
  if (
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap(), value);
  }
  if (!(schema instanceof z.ZodDiscriminatedUnion)) {
    return schema instanceof z.ZodUnion ? schema.options.find((option) => option instanceof z.ZodObject) : schema;
  }
  const { discriminator } = schema.def;
  const kind = valueAt(value, [discriminator]);
  return schema.options.find((option) => {
    const wanted = option instanceof z.ZodObject ? valueAt(option.shape, [discriminator]) : undefined;
    return wanted instanceof z.ZodLiteral && wanted.values.has(typeof kind === 'string' ? kind : '');
  });
}
