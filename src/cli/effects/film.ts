/**
 * What a zone shows, frame after frame, made by the very code that lights the LEDs: a stage with one strip that is one
 * zone. The zone's id is the seed of what an effect leaves to chance.
 */
import { renderLayout } from '../../core/layout.ts';
import { Stage } from '../../light/stage.ts';
import { configSchema } from '../../model/config.ts';
import { zoneIdSchema } from '../../model/ids.ts';
import { defaultTarget, type ZoneTarget } from '../../model/state.ts';
import type { PaletteLayout } from '../../model/strip-layout.ts';

export interface Film {
  /** LEDs. */
  readonly length: number;
  readonly frames: number;
  readonly fps: number;
  /** The first frame's moment, seconds after the effect began. */
  readonly start: number;
  readonly zone: string;
  /** What it shows, where that is not the usual: on, at full brightness. */
  readonly shows: Partial<ZoneTarget>;
  /** The user's, beside those of this version. */
  readonly palettes: readonly PaletteLayout[];
}

/** @returns r, g, b of each LED as a monitor should show it, a frame at a time. */
export function* play({ length, frames, fps, start, zone, shows, palettes }: Film): Generator<Uint8Array> {
  const stage = new Stage({ ...layoutOf(length, zone, shows), palettes });
  const target: ZoneTarget = { ...defaultTarget, state: 'ON', ...shows };
  stage.show([{ zone: zoneIdSchema.parse(zone), target, transitionMs: 0 }], [], 0);
  for (let frame = 0; frame < frames; frame += 1) {
    stage.draw((start + frame / fps) * 1000);
    yield monitorRow(stage);
  }
}

/** What a monitor should show of the frame drawn last: before gamma and white balance. */
function monitorRow(stage: Stage): Uint8Array {
  return stage.strips[0]?.preview() ?? new Uint8Array();
}

/** LEDs with a white of their own only where a colour asks for it. */
function layoutOf(length: number, zone: string, { colors = [] }: Partial<ZoneTarget>) {
  const type = colors.some(({ w }) => w !== undefined) ? 'sk6812w' : 'ws2812';
  const config = configSchema.parse({ strips: { main: { length, type } }, zones: { [zone]: { strip: 'main', range: [0, length - 1] } } });
  return renderLayout(config);
}
