/**
 * Pins that config.txt gives to the kernel: by overlays, with their parameters and what holds without them, and by
 * parameters of the base device tree (overlays/README of raspberrypi/firmware). Overlays that are not listed are not judged.
 */
import type { Processor } from './board-kind.ts';
import { type BootConfig, isOn, type Overlay } from './boot-config.ts';

export interface GivenPin {
  readonly pin: number;
  /** The line of config.txt that gives it, without what does not matter. */
  readonly line: string;
  /** Of the buses that strips may want themselves. */
  readonly bus: 'spi0' | 'spi1' | null;
}

type Params = Readonly<Record<string, number>>;

/** Parameters that name pins, and the pins without them. */
const byParams: Readonly<Record<string, Params>> = {
  'w1-gpio': { gpiopin: 4 },
  'w1-gpio-pi5': { gpiopin: 4 },
  'w1-gpio-pullup': { gpiopin: 4, extpullup: 5 },
  'rotary-encoder': { pin_a: 4, pin_b: 17 },
  'gpio-key': { gpio: 3 },
  'gpio-shutdown': { gpio_pin: 3 },
  'gpio-poweroff': { gpiopin: 26 },
  'gpio-fan': { gpiopin: 12 },
  'gpio-led': { gpio: 19 },
  'gpio-ir': { gpio_pin: 18 },
  'gpio-ir-tx': { gpio_pin: 18 },
  'pwm-ir-tx': { gpio_pin: 18 },
  dht11: { gpiopin: 4 },
  'pps-gpio': { gpiopin: 18 },
  pwm: { pin: 18 },
  'pwm-2chan': { pin: 18, pin2: 19 },
  'i2c-gpio': { i2c_gpio_sda: 23, i2c_gpio_scl: 24 },
  'ws2812-pio': { gpio: 4 },
};

const I2S = [18, 19, 20, 21];
const SPI0 = [7, 8, 9, 10, 11];
const SPI1 = [18, 19, 20, 21];
/** Sound cards on the header; all of them take the pins of I2S. */
const I2S_CARD =
  /^(hifiberry-|iqaudio-|i2s-dac$|i2s-mmap$|allo-|audioinjector-|googlevoicehat|justboom-|max98357a|wm8960|adau7002|rpi-dac|rpi-proto|merus-amp|pisound|dionaudio-)/;

/** Of a Pi 1 to 4; the Pi 5 has its buses elsewhere. */
const fixed: Readonly<Record<string, readonly number[]>> = {
  audremap: [12, 13],
  uart2: [0, 1],
  uart3: [4, 5],
  uart4: [8, 9],
  uart5: [12, 13],
  i2c3: [4, 5],
  i2c4: [8, 9],
  i2c5: [12, 13],
  i2c6: [22, 23],
  sdio: [22, 23, 24, 25, 26, 27],
};

export function givenPins(boot: BootConfig, processor: Processor | null): GivenPin[] {
  const given = boot.overlays.flatMap((overlay) => pinsOfOverlay(overlay, processor));
  const { params, settings } = boot;
  if (isOn(params, 'spi')) given.push(...all(SPI0, 'dtparam=spi=on', 'spi0'));
  if (isOn(params, 'i2s')) given.push(...all(I2S, 'dtparam=i2s=on'));
  if (isOn(params, 'i2c_arm', 'i2c', 'i2c1')) given.push(...all([2, 3], 'dtparam=i2c_arm=on'));
  if (settings.get('enable_uart') === '1') given.push(...all([14, 15], 'enable_uart=1'));
  return given;
}

function pinsOfOverlay({ name, params }: Overlay, processor: Processor | null): GivenPin[] {
  const line = `dtoverlay=${name}`;
  const named = byParams[name];
  if (named !== undefined) {
    return Object.entries(named).map(([param, usual]) => {
      const said = Number.parseInt(params.get(param) ?? '', 10);
      return { pin: Number.isNaN(said) ? usual : said, line: Number.isNaN(said) ? line : `${line},${param}=${said}`, bus: null };
    });
  }
  if (name === 'audremap' && params.has('pins_18_19')) return all([18, 19], `${line},pins_18_19`);
  if (I2S_CARD.test(name)) return all(I2S, line);
  if (name.startsWith('spi0-')) return all(SPI0, line, 'spi0');
  if (name.startsWith('spi1-')) return all(SPI1, line, 'spi1');
  return processor === 'bcm2712' ? [] : all(fixed[name] ?? [], line);
}

function all(pins: readonly number[], line: string, bus: GivenPin['bus'] = null): GivenPin[] {
  return pins.map((pin) => ({ pin, line, bus }));
}
