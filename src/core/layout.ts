/**
 * From the config's zones to runs of LEDs: what the renderer draws into, and what the catalog says of each zone.
 * Pure. Expects a config that `checkReferences` found nothing wrong in.
 */
import { assert } from '../base/assert-never.ts';
import type { ZoneDeclaration } from '../model/catalog.ts';
import type { Config, ZoneConfig } from '../model/config.ts';
import type { PaletteConfig } from '../model/config-light.ts';
import type { StripConfig } from '../model/config-strip.ts';
import { zoneIdSchema } from '../model/ids.ts';
import { drawOf, orderOf } from '../model/led-types.ts';
import type { ColorMode } from '../model/state.ts';
import type { GammaLayout, PaletteLayout, RenderLayout, SegmentLayout, StripLayout, ZoneLayout } from '../model/strip-layout.ts';
import { outputLayout } from './output-layout.ts';

export function renderLayout(config: Config): RenderLayout {
  const strips = Object.entries(config.strips).map(([id, strip]) => stripLayout(id, strip));
  const indices = new Map(strips.map(({ id }, index) => [id, index]));
  const indexOf = (id: string): number => {
    const index = indices.get(id);
    assert(index !== undefined, `there is no strip ${id}`);
    return index;
  };
  const { fps, gamma, dither, on_stop: onStop } = config.renderer;
  return {
    strips,
    zones: Object.entries(config.zones).map(([id, zone]) => zoneLayout(id, zone, indexOf)),
    fps,
    gamma: gammaLayout(gamma),
    dither,
    supplies: Object.entries(config.supplies).map(([id, { limit, strips: fed }]) => ({ id, limitMa: limit, strips: fed.map(indexOf) })),
    palettes: Object.entries(config.palettes).map(([id, palette]) => paletteLayout(id, palette)),
    effectsPath: config.effects.path,
    onStop,
  };
}

function stripLayout(id: string, strip: StripConfig): StripLayout {
  return {
    id,
    length: strip.length,
    order: orderOf(strip),
    output: outputLayout(id, strip),
    whiteBalance: strip.white_balance,
    autoWhite: strip.auto_white,
    whiteKelvin: strip.white_temperature,
    draw: drawOf(strip),
  };
}

function gammaLayout(gamma: Config['renderer']['gamma']): GammaLayout {
  return typeof gamma === 'number' ? { red: gamma, green: gamma, blue: gamma, white: gamma } : gamma;
}

/** Colours without places stand evenly from 0 to 1. */
function paletteLayout(id: string, { colors = [], stops }: PaletteConfig): PaletteLayout {
  return { id, stops: stops ?? colors.map((color, index) => ({ at: colors.length > 1 ? index / (colors.length - 1) : 0, color })) };
}

/** What `diuna/info` and decisions say of each zone, in the config's order. */
export function zoneDeclarations(config: Config): ZoneDeclaration[] {
  const orders = new Map(Object.entries(config.strips).map(([id, strip]) => [id, orderOf(strip)]));
  return Object.entries(config.zones).map(([id, zone]) => {
    const segments = segmentsOf(zone);
    const white = segments.every(({ strip }) => orders.get(strip)?.length === 4);
    const colorModes: ColorMode[] = [white ? 'rgbw' : 'rgb', 'color_temp'];
    const length = segments.reduce((sum, { range: [first, last] }) => sum + last - first + 1, 0);
    return { id: zoneIdSchema.parse(id), name: zone.name ?? id, length, colorModes };
  });
}

/** A zone turned round walks its segments last to first, and each of them the other way. */
function zoneLayout(id: string, zone: ZoneConfig, indexOf: (strip: string) => number): ZoneLayout {
  const segments = segmentsOf(zone).map(({ strip, range: [first, last], reverse }): SegmentLayout => {
    return { strip: indexOf(strip), first, length: last - first + 1, reverse: reverse !== zone.reverse };
  });
  if (zone.reverse) segments.reverse();
  return { id, length: segments.reduce((sum, segment) => sum + segment.length, 0), segments };
}

interface Segment {
  readonly strip: string;
  readonly range: readonly [number, number];
  readonly reverse: boolean;
}

function segmentsOf({ strip, range, segments }: ZoneConfig): readonly Segment[] {
  if (segments !== undefined) return segments;
  assert(strip !== undefined && range !== undefined, 'a zone has strip and range, or segments');
  return [{ strip, range, reverse: false }];
}
