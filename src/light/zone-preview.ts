/** One zone's part of what a monitor should show of the strips, in the order in which the zone walks its LEDs. Pure. */
import type { RenderLayout, ZoneLayout } from '../model/strip-layout.ts';

/**
 * @param shown r, g, b of each LED of each strip, by the strip's id.
 * @returns r, g, b of each LED of the zone; `null` where what is shown is of another layout.
 */
export function zonePreview(zone: ZoneLayout, strips: RenderLayout['strips'], shown: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  const rgb = new Uint8Array(zone.length * 3);
  let next = 0;
  for (const segment of zone.segments) {
    const strip = strips[segment.strip];
    const from = strip === undefined ? undefined : shown.get(strip.id);
    if (strip === undefined || from === undefined || from.length !== strip.length * 3) return null;
    for (let step = 0; step < segment.length; step += 1, next += 3) {
      const at = (segment.first + (segment.reverse ? segment.length - 1 - step : step)) * 3;
      rgb[next] = from[at] ?? 0;
      rgb[next + 1] = from[at + 1] ?? 0;
      rgb[next + 2] = from[at + 2] ?? 0;
    }
  }
  return rgb;
}
