/**
 * From the config's zones to runs of LEDs: what the renderer draws into, and what the catalog says of each zone.
 * Pure. Expects a config that `checkReferences` found nothing wrong in.
 */
import { assert } from '../base/assert-never.ts';
import type { ZoneDeclaration } from '../model/catalog.ts';
import type { Config, LedType, StripConfig, ZoneConfig } from '../model/config.ts';
import { zoneIdSchema } from '../model/ids.ts';
import type { ColorMode } from '../model/state.ts';
import type { RenderLayout, SegmentLayout, StripLayout, ZoneLayout } from '../model/strip-layout.ts';

/** The order in which each type usually takes its components; clones differ, hence the config's `order`. */
const usualOrder: Readonly<Record<LedType, StripLayout['order']>> = { ws2811: 'RGB', ws2812: 'GRB', sk6812: 'GRB', sk6812w: 'GRBW' };

/** The order in which a strip takes its components; four letters where its LEDs have a white one. */
export function orderOf(strip: StripConfig): StripLayout['order'] {
  if (strip.order !== undefined) return strip.order;
  // a controller in the network is sent plain RGB and knows its own strip
  if (strip.output.driver === 'ddp') return usualOrder[strip.type].length === 4 ? 'RGBW' : 'RGB';
  return usualOrder[strip.type];
}

export function renderLayout(config: Config): RenderLayout {
  const strips = Object.entries(config.strips).map(
    ([id, strip]): StripLayout => ({ id, length: strip.length, order: orderOf(strip), output: strip.output }),
  );
  const indices = new Map(strips.map(({ id }, index) => [id, index]));
  const { fps, gamma, on_stop: onStop } = config.renderer;
  return { strips, zones: Object.entries(config.zones).map(([id, zone]) => zoneLayout(id, zone, indices)), fps, gamma, onStop };
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
function zoneLayout(id: string, zone: ZoneConfig, indices: ReadonlyMap<string, number>): ZoneLayout {
  const segments = segmentsOf(zone).map(({ strip, range: [first, last], reverse }): SegmentLayout => {
    const index = indices.get(strip);
    assert(index !== undefined, `zone ${id} lies on strip ${strip}, which does not exist`);
    return { strip: index, first, length: last - first + 1, reverse: reverse !== zone.reverse };
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
