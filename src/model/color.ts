/**
 * Colours as clients write them (protocol §3.1): `"#rrggbb"`, `"#rrggbbww"`, a CSS name, `{r,g,b[,w]}` or `{h,s}`.
 * All of them become components r, g, b and, where given, w, each an integer from 0 to 255, as sent: no gamma.
 */
import names from 'color-name';
import * as z from 'zod';
import { decimal, level } from './fields.ts';

export const componentsSchema = z.strictObject({ r: level, g: level, b: level, w: z.exactOptional(level) });
export type Components = z.infer<typeof componentsSchema>;

const hueSaturation = z.strictObject({ h: decimal(0, 360), s: decimal(0, 100) });
const allowed = 'must be "#rrggbb", "#rrggbbww", a CSS colour name, {r,g,b[,w]} or {h,s}';
const cssNames = new Map<string, readonly [number, number, number]>(Object.entries(names));

/** Reads a colour written as text. @returns null when it is none. */
export function parseColorText(text: string): Components | null {
  const hex = /^#([0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const byte = (index: number) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
    const rgb = { r: byte(0), g: byte(1), b: byte(2) };
    return hex.length === 8 ? { ...rgb, w: byte(3) } : rgb;
  }
  const named = cssNames.get(text.trim().toLowerCase());
  return named === undefined ? null : { r: named[0], g: named[1], b: named[2] };
}

/** Hue in degrees and saturation in percent, at full value, to r, g, b (HSV hexcone; A. R. Smith, SIGGRAPH 1978). */
export function fromHueSaturation(h: number, s: number): Components {
  const component = (offset: number) => {
    const position = (offset + h / 60) % 6;
    const fall = Math.max(0, Math.min(position, 4 - position, 1));
    return Math.round(255 * (1 - (s / 100) * fall));
  };
  return { r: component(5), g: component(3), b: component(1) };
}

/**
 * The colour with its hue turned by so many degrees; saturation, value and white stay. What has no hue becomes the full colour of
 * the hue that it is turned to, counted from red. Whole degrees add up: many small turns come to what one large one does.
 */
export function turnHue({ r, g, b, ...white }: Components, degrees: number): Components {
  const value = Math.max(r, g, b);
  const chroma = value - Math.min(r, g, b);
  if (chroma === 0) return { ...ofHue(degrees, 100, 255), ...white };
  const saturation = (100 * chroma) / value;
  const hue = hueOf(r, g, b, chroma);
  const whole = ofHue(Math.round(hue), saturation, value);
  const isWhole = whole.r === r && whole.g === g && whole.b === b; // and only rounding made it look otherwise
  return { ...ofHue((isWhole ? Math.round(hue) : hue) + degrees, saturation, value), ...white };
}

/** @param value 0 to 255. */
function ofHue(hue: number, saturation: number, value: number): Components {
  const full = fromHueSaturation(((hue % 360) + 360) % 360, saturation);
  const dark = (component: number) => Math.round((component * value) / 255);
  return { r: dark(full.r), g: dark(full.g), b: dark(full.b) };
}

function hueOf(r: number, g: number, b: number, chroma: number): number {
  if (chroma === 0) return 0;
  if (r >= g && r >= b) return (60 * (g - b)) / chroma;
  return g >= b ? 120 + (60 * (b - r)) / chroma : 240 + (60 * (r - g)) / chroma;
}

export const colorSchema = z.unknown().transform((input, context): Components => {
  const parsed = readColor(input);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.issues) context.issues.push({ ...issue, input: 'input' in issue ? issue.input : input });
  return z.NEVER;
});

type Read =
  | { success: true; data: Components }
  | { success: false; issues: { code: 'custom'; message: string; path: PropertyKey[]; input?: unknown }[] };

function readColor(input: unknown): Read {
  if (typeof input === 'string') {
    const data = parseColorText(input);
    return data === null ? { success: false, issues: [{ code: 'custom', message: allowed, path: [] }] } : { success: true, data };
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { success: false, issues: [{ code: 'custom', message: allowed, path: [] }] };
  }
  if (Object.hasOwn(input, 'h') || Object.hasOwn(input, 's')) {
    const parsed = hueSaturation.safeParse(input, { reportInput: true });
    return parsed.success ? { success: true, data: fromHueSaturation(parsed.data.h, parsed.data.s) } : failure(parsed.error);
  }
  const parsed = componentsSchema.safeParse(input, { reportInput: true });
  return parsed.success ? { success: true, data: parsed.data } : failure(parsed.error);
}

function failure(error: z.ZodError): Read {
  return {
    success: false,
    issues: error.issues.map((issue) => {
      const unknown = issue.code === 'unrecognized_keys';
      return {
        code: 'custom',
        message: unknown ? 'is not a field of a colour' : issue.message,
        path: unknown ? [issue.keys[0] ?? ''] : issue.path,
        input: issue.input,
      };
    }),
  };
}
