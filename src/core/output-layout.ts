/** What the renderer is told of a strip's output: what its configuration leaves out follows from its LEDs. Pure. */
import type { OutputLayout } from '../model/config-outputs.ts';
import type { StripConfig } from '../model/config-strip.ts';

/** An APA102 bears 20 MHz and more; long wires to it do not. */
const APA102_MHZ = 4;
/** A WS281x takes a bit in 1.25 µs, so three SPI bits a bit need 2.4 MHz and four need 3.2 MHz. */
const WS281X_HZ = { 3: 2_400_000, 4: 3_200_000 } as const;

/** An `auto` that nobody has decided lights nothing: for whoever wants the layout and drives no LEDs. */
export function outputLayout(id: string, { type, output }: Pick<StripConfig, 'type' | 'output'>): OutputLayout {
  switch (output.driver) {
    case 'auto':
      return { driver: 'simulated' };
    case 'spi': {
      const { driver, device, bits = 3, speed = APA102_MHZ } = output;
      if (type === 'apa102') return { driver, device, encoding: 'apa102', speedHz: Math.round(speed * 1_000_000) };
      return { driver, device, encoding: `ws281x_${bits}`, speedHz: WS281X_HZ[bits] };
    }
    case 'e131': {
      const { host = null, source = `diuna ${id}`, interface: via = null } = output;
      return { ...output, host, source, interface: via };
    }
    default:
      return output;
  }
}
