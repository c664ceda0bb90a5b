/**
 * The value ranges that commands share. Each schema's error says what is allowed; whoever reports an issue puts the
 * path before it and what came behind it.
 */
import * as z from 'zod';

/** An integer from `min` to `max`, both allowed. */
export function integer(min: number, max: number) {
  const error = `must be an integer, ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A finite number from `min` to `max`, both allowed. */
export function decimal(min: number, max: number) {
  const error = `must be a number, ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function text(max: number) {
  const error = `must be a text of 1 to ${max} characters`;
  return z.string({ error }).min(1, { error }).max(max, { error });
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: `must be ${values.map((value) => `"${value}"`).join(' or ')}` });
}

export const boolean = z.boolean({ error: 'must be true or false' });

/** A component of a colour, and every other 8-bit level. */
export const level = integer(0, 255);

/** Longest transition: an hour. */
export const transitionSeconds = decimal(0, 3600);
export const flashSeconds = decimal(0, 60);
export const KELVIN_MIN = 1500;
export const KELVIN_MAX = 9000;
export const kelvin = integer(KELVIN_MIN, KELVIN_MAX);
