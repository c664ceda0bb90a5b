/** Strips in the configuration: what LEDs they have, and how they turn colour into light and current. What drives them: config-outputs.ts. */
import * as z from 'zod';
import { parseColorText } from './color.ts';
import { outputSchema } from './config-outputs.ts';
import { decimal, integer, kelvin, oneOf } from './fields.ts';

const optional = z.exactOptional;

/** Order of components on the wire, and so their number: every one that there is of three and of four. */
export const componentOrders = [
  ...['RGB', 'RBG', 'GRB', 'GBR', 'BRG', 'BGR'],
  ...['RGBW', 'RGWB', 'RBGW', 'RBWG', 'RWGB', 'RWBG', 'GRBW', 'GRWB', 'GBRW', 'GBWR', 'GWRB', 'GWBR'],
  ...['BRGW', 'BRWG', 'BGRW', 'BGWR', 'BWRG', 'BWGR', 'WRGB', 'WRBG', 'WGRB', 'WGBR', 'WBRG', 'WBGR'],
] as const;
const orderAllowed = 'must have each of R, G and B once, and W where there is white, such as "GRB" or "GRBW"';
export type ComponentOrder = (typeof componentOrders)[number];

export const ledTypes = ['ws2811', 'ws2812', 'ws2815', 'sk6812', 'sk6812w', 'apa102'] as const;
export type LedType = (typeof ledTypes)[number];

/** What a white component shows of a colour without white of its own; the modes and their names are WLED's. */
export const autoWhites = ['none', 'brighter', 'accurate', 'dual'] as const;
export type AutoWhite = (typeof autoWhites)[number];

export const dithers = ['auto', 'on', 'off'] as const;
export type Dither = (typeof dithers)[number];

const balanceAllowed = 'must be "#rrggbb" in quotes or a CSS colour name, but not black: the drive at which the strip looks white';
const whiteBalanceSchema = z.string({ error: balanceAllowed }).transform((written, context): readonly [number, number, number] => {
  const color = parseColorText(written);
  if (color !== null && color.w === undefined && color.r + color.g + color.b > 0) return [color.r, color.g, color.b];
  context.issues.push({ code: 'custom', message: balanceAllowed, path: [], input: written });
  return z.NEVER;
});

const milliamperes = decimal(0, 1000);

export const stripSchema = z.strictObject({
  /** LEDs. */
  length: integer(1, 10_000),
  type: oneOf(ledTypes).default('ws2812'),
  /** Left out: the type's usual order. */
  order: optional(z.enum(componentOrders, { error: orderAllowed })),
  output: outputSchema.prefault({ driver: 'simulated' }),
  white_balance: whiteBalanceSchema.prefault('#ffffff'),
  /** For LEDs with a white component. */
  auto_white: oneOf(autoWhites).default('none'),
  /** Kelvin: the colour of the white component; null: the white of red, green and blue together. */
  white_temperature: kelvin.nullable().default(null),
  /** mA of one LED: of each component at full, and of the dark LED. Left out: the type's. */
  current: z
    .strictObject({
      red: optional(milliamperes),
      green: optional(milliamperes),
      blue: optional(milliamperes),
      white: optional(milliamperes),
      idle: optional(milliamperes),
    })
    .prefault({}),
});
export type StripConfig = z.infer<typeof stripSchema>;
