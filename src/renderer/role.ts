/** What a forked entry is to be, as its command line says: a keeper, or a renderer that may drive certain pins and no others. */
import type { RenderLayout } from '../model/strip-layout.ts';

export const KEEPER = 'keeper';
const RENDERER = 'renderer';

/** GPIO and DMA channel of strips on the hardware, each as `gpio/dma`, and SPI devices; null where all may be driven. */
export type HeldPins = ReadonlySet<string> | null;

export function pinsOf(layout: RenderLayout): ReadonlySet<string> {
  return new Set(
    layout.strips.flatMap(({ output }) => {
      if (output.driver === 'spi') return [output.device];
      return output.driver === 'ws281x' ? [pinKey(output)] : [];
    }),
  );
}

/** Whether its strips need root. */
export function needsRoot(layout: RenderLayout): boolean {
  return pinsOf(layout).size > 0;
}

export function pinKey({ gpio, dma }: { readonly gpio: number; readonly dma: number }): string {
  return `${gpio}/${dma}`;
}

/** The arguments that make a forked entry a renderer of these pins. */
export function rendererRole(pins: ReadonlySet<string>): string[] {
  return [RENDERER, [...pins].join(',')];
}

export function readPins([role, pins]: readonly string[]): HeldPins {
  return role === RENDERER ? new Set((pins ?? '').split(',')) : null;
}
