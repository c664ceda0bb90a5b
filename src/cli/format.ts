/** How states, events and replies read on a line. One place, so that every subcommand speaks alike. */
import * as z from 'zod';
import { printable } from '../base/printable.ts';
import type { Components } from '../model/color.ts';
import type { Refusal } from '../model/refusal.ts';
import { NO_EFFECT, zoneStateSchema } from '../model/state.ts';

const shownState = zoneStateSchema.partial();
const wholeState = z.object({ zones: z.record(z.string(), z.unknown()) });

/** An event or notice as `watch` and `replay` get it; more fields are kept. */
export const toldEventSchema = z.looseObject({
  type: z.string(),
  timestamp: z.string(),
  seq: z.int().optional(),
  source: z.string().optional(),
  origin: z.string().nullish(),
  trigger: z.string().nullish(),
  zone: z.string().optional(),
  payload: z.record(z.string(), z.unknown()).optional(),
});
export type ToldEvent = z.infer<typeof toldEventSchema>;

/** The zones of a whole state (`state.get`, a batch), or `null` where the state is that of one zone. */
export function zonesOf(state: unknown): [string, unknown][] | null {
  const parsed = wholeState.safeParse(state);
  return parsed.success ? Object.entries(parsed.data.zones) : null;
}

/** Characters of a zone's name, beyond which the columns of other lines move. */
const NAME_WIDTH = 12;

/** A line for each zone, column below column. */
export function formatStates(zones: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(NAME_WIDTH, ...zones.map(([zone]) => zone.length));
  return zones.map(([zone, state]) => formatState(zone, state, width)).join('\n');
}

/** `floor     ON   brightness 128  #ff0000  effect rainbow  version 42` */
export function formatState(zone: string, state: unknown, width = NAME_WIDTH): string {
  const parsed = shownState.safeParse(state);
  if (!parsed.success) return `${zone}  ${printable(JSON.stringify(state) ?? '')}`;
  const { state: power, brightness, color, color_temp, effect, palette, version } = parsed.data;
  const parts = [
    zone.padEnd(width),
    (power ?? '').padEnd(3),
    brightness === undefined ? '' : `brightness ${String(brightness).padStart(3)}`,
    color_temp !== undefined ? `${color_temp} K` : color === undefined ? '' : formatColor(color),
    effect === undefined || effect === NO_EFFECT ? '' : `effect ${effect}${palette === undefined ? '' : ` (palette ${palette})`}`,
    version === undefined ? '' : `version ${version}`,
  ];
  return printable(parts.filter((part) => part !== '').join('  '));
}

export function formatColor({ r, g, b, w }: Components): string {
  return `#${[r, g, b, ...(w === undefined ? [] : [w])].map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}

/** `2026-11-20T13:01:00.123Z  #1042  zone.state_changed floor: brightness 128  (command, phone)` */
export function formatEvent(event: ToldEvent): string {
  const seq = event.seq === undefined ? '' : `#${event.seq}`;
  const from = [event.source, event.origin, event.trigger].filter((part) => typeof part === 'string').join(', ');
  const about = event.zone === undefined ? event.type : `${event.type} ${event.zone}`;
  const facts = formatPayload(event.payload ?? {});
  const parts = [event.timestamp, seq, facts === '' ? about : `${about}: ${facts}`, from === '' ? '' : `(${from})`];
  return printable(parts.filter((part) => part !== '').join('  '));
}

function formatPayload(payload: Readonly<Record<string, unknown>>): string {
  const { changed, state } = payload;
  if (!Array.isArray(changed)) return Object.entries(payload).map(formatField).join(', ');
  const values = new Map<unknown, unknown>(Object.entries(typeof state === 'object' && state !== null ? state : {}));
  return changed.map((field) => formatField([String(field), values.get(field)])).join(', ');
}

const components = z.object({ r: z.int(), g: z.int(), b: z.int(), w: z.exactOptional(z.int()) });

function formatField([field, value]: [string, unknown]): string {
  const color = components.safeParse(value);
  if (color.success) return `${field} ${formatColor(color.data)}`;
  return `${field} ${typeof value === 'string' ? value : (JSON.stringify(value) ?? '-')}`;
}

/** A refusal as the daemon words it, with where it applies. */
export function formatRefusal({ code, message }: Pick<Refusal, 'code' | 'message'>): string {
  return printable(`refused (${code}): ${message}`);
}
