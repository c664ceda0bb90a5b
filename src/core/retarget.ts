/** What a zone's target becomes when settings are given (protocol §5): pure rules, no zone of its own. */
import { err, ok, type Result } from '../base/result.ts';
import type { Catalog, ZoneDeclaration } from '../model/catalog.ts';
import { type Components, turnHue } from '../model/color.ts';
import type { ZoneSettings } from '../model/command.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { NO_EFFECT, type ZoneTarget } from '../model/state.ts';
import { resolveEffect, resolvePalette } from './names.ts';

export interface Place {
  readonly zone: ZoneDeclaration;
  readonly catalog: Catalog;
}

/**
 * Brightness 0 is off and keeps the level; a level, colour, temperature, white or effect (but not the end of one) turns a
 * zone on unless OFF is said; a colour without an effect ends a running one.
 */
export function retarget(target: ZoneTarget, settings: ZoneSettings, place: Place): Result<ZoneTarget, Refusal> {
  const colored = recolor(target, settings, place.zone);
  if (!colored.ok) return colored;
  const effect = chooseEffect(target, settings, place.catalog);
  if (!effect.ok) return effect;
  const palette = settings.palette === undefined ? ok(target.palette) : resolvePalette(place.catalog, settings.palette, 'palette');
  if (!palette.ok) return palette;
  return ok({
    ...colored.value,
    state: power(target, settings, effect.value),
    brightness: settings.brightness === undefined || settings.brightness === 0 ? target.brightness : settings.brightness,
    effect: effect.value,
    palette: palette.value,
    speed: settings.speed ?? target.speed,
    intensity: settings.intensity ?? target.intensity,
    reverse: settings.reverse ?? target.reverse,
    mirror: settings.mirror ?? target.mirror,
  });
}

/** Moves the level, from nothing where the zone is off; it stays at 1 or more unless `allowOff`. */
export function adjust(target: ZoneTarget, delta: number, allowOff: boolean): ZoneTarget {
  const from = target.state === 'ON' ? target.brightness : 0;
  const level = Math.min(255, from + delta);
  if (level > 0) return { ...target, state: 'ON', brightness: level };
  if (target.state === 'OFF') return target;
  return allowOff ? { ...target, state: 'OFF' } : { ...target, brightness: 1 };
}

/** A colour, and so it lights the zone and ends a running effect. */
export function adjustHue(target: ZoneTarget, degrees: number, place: Place): Result<ZoneTarget, Refusal> {
  return retarget(target, { color: turnHue(target.color, degrees) }, place);
}

/** Moves what effects use within 0 to 255; the zone stays on or off. */
export function adjustParameter(target: ZoneTarget, field: 'speed' | 'intensity', delta: number): ZoneTarget {
  return { ...target, [field]: Math.min(255, Math.max(0, target[field] + delta)) };
}

/** The next effect in the catalog's order; after the last comes the first. */
export function nextEffect(target: ZoneTarget, catalog: Catalog): ZoneTarget {
  const at = catalog.effects.findIndex(({ id }) => id === target.effect);
  const next = catalog.effects[(at + 1) % catalog.effects.length];
  return { ...target, state: 'ON', effect: next?.id ?? NO_EFFECT };
}

function power(target: ZoneTarget, settings: ZoneSettings, effect: string): ZoneTarget['state'] {
  if (settings.brightness === 0) return 'OFF';
  if (settings.state !== undefined) return settings.state;
  const lights = settings.brightness !== undefined || choosesColor(settings) || (settings.effect !== undefined && effect !== NO_EFFECT);
  return lights ? 'ON' : target.state;
}

function choosesColor(settings: ZoneSettings): boolean {
  return settings.color !== undefined || settings.color_temp !== undefined || settings.white !== undefined;
}

function chooseEffect(target: ZoneTarget, settings: ZoneSettings, catalog: Catalog): Result<string, Refusal> {
  if (settings.effect !== undefined) return resolveEffect(catalog, settings.effect, 'effect');
  return ok(choosesColor(settings) ? NO_EFFECT : target.effect);
}

function recolor(target: ZoneTarget, settings: ZoneSettings, zone: ZoneDeclaration): Result<ZoneTarget, Refusal> {
  const { color, colors, color_temp, white } = settings;
  const hasWhite = zone.colorModes.includes('rgbw');
  if (color_temp !== undefined && (color !== undefined || white !== undefined)) {
    return err(
      refusal('invalid_command', `color_temp stands alone: got ${color === undefined ? 'white' : 'color'} beside it`, 'color_temp'),
    );
  }
  if (!hasWhite) {
    if (white !== undefined) return err(noWhite(zone, 'white'));
    if (color?.w !== undefined) return err(noWhite(zone, 'color.w'));
    const index = colors?.findIndex(({ w }) => w !== undefined) ?? -1;
    if (index >= 0) return err(noWhite(zone, `colors[${index}].w`));
  }
  if (color_temp !== undefined) return ok({ ...withColors(target, colors, hasWhite), color_mode: 'color_temp', color_temp });
  const first = color ?? colors?.[0] ?? (white === undefined ? undefined : target.color);
  if (first === undefined) return ok(target);
  const { color_temp: _ended, ...rest } = target;
  const shown = hasWhite ? { ...first, w: white ?? first.w ?? 0 } : first;
  return ok({ ...rest, color_mode: hasWhite ? 'rgbw' : 'rgb', color: shown, colors: [shown, ...(colors ?? target.colors).slice(1)] });
}

/** The first colour is the zone's own, also while a temperature is shown instead of it. */
function withColors(target: ZoneTarget, colors: readonly Components[] | undefined, hasWhite: boolean): ZoneTarget {
  const [first, ...others] = colors ?? [];
  if (first === undefined) return target;
  const color = hasWhite ? { ...first, w: first.w ?? 0 } : first;
  return { ...target, color, colors: [color, ...others] };
}

function noWhite(zone: ZoneDeclaration, path: string): Refusal {
  return refusal('unsupported', `zone ${zone.id} has no white component; it can do ${zone.colorModes.join(', ')}`, path);
}
