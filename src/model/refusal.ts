/** Refusals: values told to the client that asked (protocol §4), never thrown. */
import * as z from 'zod';

export const refusalCodes = [
  'invalid_json',
  'invalid_command',
  'unknown_type',
  'out_of_range',
  'unknown_zone',
  'unknown_effect',
  'unknown_palette',
  'unknown_scene',
  'unknown_knob',
  'unsupported',
  'conflict',
  'request_id_reused',
  'expired',
  'forbidden',
  'rate_limited',
  'too_large',
  'overloaded',
  'internal',
] as const;

export const refusalSchema = z.object({
  code: z.enum(refusalCodes),
  /** What was wrong, what is allowed, and what came. */
  message: z.string(),
  /** The field at fault, as `color.r` or `commands[3].brightness`. */
  path: z.exactOptional(z.string()),
});
export type Refusal = z.infer<typeof refusalSchema>;
export type RefusalCode = Refusal['code'];

export function refusal(code: RefusalCode, message: string, path?: string): Refusal {
  return path === undefined ? { code, message } : { code, message, path };
}
