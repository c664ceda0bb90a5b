/** What a knob does, from its configuration: which command a turn, a press and the like are. Pure. */
import type { Change, Command } from '../../model/command.ts';
import { type KnobConfig, type Turnable, turnables } from '../../model/config-knobs.ts';
import { withZone } from '../../model/config-knobs-check.ts';
import { parseCommand } from '../parse-request.ts';
import type { ReaderSettings } from './knob-reader.ts';

export interface Turning {
  readonly zone: string;
  readonly what: Turnable;
  /** A detent's. */
  readonly step: number;
}

/** `null` does nothing. */
export interface KnobPlan {
  readonly rotate: Turning | null;
  readonly holdRotate: Turning | null;
  readonly pressed: Command | null;
  readonly doublePressed: Command | null;
  readonly longPressed: Command | null;
}

/** Seconds: so that light follows a hand smoothly, and closely. */
const TURN_TRANSITION_S = 0.1;

export function planOf(knob: KnobConfig): KnobPlan {
  const { zone, press, double_press, long_press } = knob;
  const usual = (type: string) => (zone === undefined ? null : { type });
  return {
    rotate: turningOf(knob, knob.rotate, 'brightness'),
    holdRotate: turningOf(knob, knob.hold_rotate, 'hue'),
    pressed: commandOf(press === undefined ? usual('zone.toggle') : press, zone),
    doublePressed: commandOf(double_press === undefined ? usual('zone.next_effect') : double_press, zone),
    longPressed: commandOf(long_press ?? null, zone),
  };
}

export function readerSettingsOf(knob: KnobConfig, plan: KnobPlan): ReaderSettings {
  return {
    stepsPerDetent: knob.steps_per_detent,
    reverse: knob.reverse,
    restsAt: restLevelOf(knob),
    activeLow: knob.active_low,
    bounceUs: knob.bounce_ms * 1000,
    acceleration: knob.acceleration,
    steps: { free: plan.rotate?.step ?? 0, held: plan.holdRotate?.step ?? 0 },
    doubles: knob.double_press !== null,
  };
}

/** Contacts to ground rest high, contacts to the supply rest low. */
export function restLevelOf({ pull }: KnobConfig): 0 | 1 {
  return pull === 'down' ? 0 : 1;
}

/** @returns `null` where nothing is to change. */
export function turnCommand({ zone, what }: Turning, amount: number): Change | null {
  if (amount === 0) return null;
  const transition = TURN_TRANSITION_S;
  // full circles change nothing, and beyond its range no level goes
  if (what === 'hue') return { type: 'zone.adjust_hue', zone, delta: amount % 360, transition };
  const delta = Math.min(255, Math.max(-255, amount));
  if (what === 'brightness') return { type: 'zone.adjust_brightness', zone, delta, transition };
  return { type: what === 'speed' ? 'zone.adjust_speed' : 'zone.adjust_intensity', zone, delta, transition };
}

function turningOf(knob: KnobConfig, turning: KnobConfig['rotate'], usual: Turnable): Turning | null {
  const zone = turning?.zone ?? knob.zone;
  if (turning === null || zone === undefined) return null;
  const what = turning?.what ?? usual;
  return { zone, what, step: turning?.step ?? turnables[what] };
}

/** The configuration was judged before: what is no command does not come here. */
function commandOf(fields: Readonly<Record<string, unknown>> | null, zone: string | undefined): Command | null {
  if (fields === null) return null;
  const parsed = parseCommand({ ...withZone(fields, zone) });
  return parsed.ok ? parsed.value : null;
}
