/** What types of LEDs are like where nothing else is configured: the order of their components, and what one LED draws. */
import type { ComponentOrder, LedType, StripConfig } from './config-strip.ts';
import type { CurrentDraw } from './strip-layout.ts';

/** Clones differ, hence the configuration's `order`. */
const usualOrder: Readonly<Record<LedType, ComponentOrder>> = {
  ws2811: 'RGB',
  ws2812: 'GRB',
  ws2815: 'GRB',
  sk6812: 'GRB',
  sk6812w: 'GRBW',
  apa102: 'BGR',
};

/** The order in which a strip takes its components; four letters where its LEDs have a white one. */
export function orderOf(strip: StripConfig): ComponentOrder {
  if (strip.order !== undefined) return strip.order;
  // a controller in the network is sent plain RGB and knows its own strip
  if (strip.output.driver === 'ddp' || strip.output.driver === 'e131') return usualOrder[strip.type].length === 4 ? 'RGBW' : 'RGB';
  return usualOrder[strip.type];
}

/**
 * Common 5050 parts at 5 V, as measured: less than the 20 mA a component that shops print. White counts where a strip's
 * order has it, whatever its type is called.
 */
const ws2812: CurrentDraw = { red: 16, green: 11, blue: 15, white: 18, idle: 0.7, series: false };

const usualDraw: Readonly<Record<LedType, CurrentDraw>> = {
  /** 18.5 mA constant current an output (Worldsemi, WS2811 datasheet). */
  ws2811: { red: 18.5, green: 18.5, blue: 18.5, white: 18.5, idle: 0.7, series: false },
  ws2812,
  /** 12 V: its components share one current, 12 mA at full as measured on strips; the chip takes 2 mA. */
  ws2815: { red: 12, green: 12, blue: 12, white: 12, idle: 2, series: true },
  sk6812: ws2812,
  sk6812w: ws2812,
  /** 20 mA a component and 1 mA for the chip (Shiji Lighting, APA102-2020 datasheet). */
  apa102: { red: 20, green: 20, blue: 20, white: 20, idle: 1, series: false },
};

/** What one LED of a strip draws; what the configuration says comes first. */
export function drawOf({ type, current }: Pick<StripConfig, 'type' | 'current'>): CurrentDraw {
  return { ...usualDraw[type], ...current };
}
