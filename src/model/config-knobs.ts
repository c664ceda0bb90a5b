/**
 * How knobs stand in the configuration: rotary encoders with or without a button, and buttons alone. What they do together with
 * the rest of it is judged in config-knobs-check.ts.
 */
import * as z from 'zod';
import { boolean, decimal, integer, oneOf, text } from './fields.ts';

const optional = z.exactOptional;

/** By the numbers of Broadcom, as everywhere in the configuration. */
const pin = integer(0, 53);
const stepAllowed = 'must be an integer, -360 to 360, but not 0';
const looseCommand = z.record(z.string(), z.unknown(), { error: 'must be null or a command, such as { type: zone.toggle }' });

/** What turning may change, and by how much a detent where nothing else is said. */
export const turnables = { brightness: 8, hue: 10, speed: 8, intensity: 8 } as const;
export type Turnable = keyof typeof turnables;

const turningSchema = z.strictObject({
  /** Left out: the knob's own. */
  zone: optional(text(32)),
  what: optional(oneOf(['brightness', 'hue', 'speed', 'intensity'])),
  step: optional(
    z
      .int({ error: stepAllowed })
      .min(-360, { error: stepAllowed })
      .max(360, { error: stepAllowed })
      .refine((step) => step !== 0, { error: stepAllowed }),
  ),
});
export type TurningConfig = z.infer<typeof turningSchema>;

/** `null` does nothing; left out, the knob's zone decides. */
const turning = optional(turningSchema.nullable());
const gesture = optional(looseCommand.nullable());

export const knobSchema = z.strictObject({
  driver: oneOf(['onoff', 'gpio', 'evdev', 'simulated']),
  clk: optional(pin),
  dt: optional(pin),
  switch: optional(pin),
  /** Left out: up. */
  pull: optional(oneOf(['up', 'down', 'none'])),
  /** Pressed is low. */
  active_low: boolean.default(true),
  /** Changes of the two lines from one detent to the next. */
  steps_per_detent: z.literal([1, 2, 4], { error: 'must be 1, 2 or 4' }).default(4),
  reverse: boolean.default(false),
  /** The longest that the button bounces, in milliseconds. */
  bounce_ms: integer(0, 100).default(10),
  /** What a detent counts when turned fast; `null`: always once. */
  acceleration: decimal(1, 10).nullable().default(null),
  /** Of `gpio`: a label, or /dev/gpiochipN; left out, it is found. */
  chip: optional(text(64)),
  /** Of `evdev`: what tells the turning, and what tells the button. */
  device: optional(text(255)),
  switch_device: optional(text(255)),
  /** Out of the box: turn is brightness, press on and off, double press the next effect, hold and turn the colour. */
  zone: optional(text(32)),
  rotate: turning,
  hold_rotate: turning,
  press: gesture,
  double_press: gesture,
  long_press: gesture,
});
export type KnobConfig = z.infer<typeof knobSchema>;
