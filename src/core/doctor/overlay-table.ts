/**
 * Which pins of the header the overlays of Raspberry Pi OS take, from what overlays/README of raspberrypi/firmware says of each:
 * by their parameters, and without them. Overlays for cameras, for screens on their own connector and the like take none.
 */

export type Bus = 'spi0' | 'spi1';

/** What an overlay takes. Parameters `pins_4_5` and `gpios_22_25` stand in place of `pins` wherever they are given. */
export interface Taking {
  readonly pins?: readonly number[];
  /** Parameters that name a pin, and which it is without them; null for none. */
  readonly named?: Readonly<Record<string, number | null>>;
  /** Parameters that take others in place of `pins`. */
  readonly instead?: Readonly<Record<string, readonly number[]>>;
  /** Parameters that take more. */
  readonly more?: Readonly<Record<string, readonly number[]>>;
  /** Parameters that leave a pin free, by number or by the parameter that names it. */
  readonly without?: Readonly<Record<string, number | string>>;
  /** It is that bus itself, and no device on it: a strip there wants it. */
  readonly bus?: Bus;
}

export type Takings = Readonly<Record<string, Taking>>;

export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export const SPI0 = range(7, 11);
export const I2C1 = [2, 3];
export const SERIAL = [14, 15];

const RGB666_HIGH = [...range(0, 9), ...range(12, 17), ...range(20, 25)];
const DPI_MODES = {
  rgb565: range(0, 19),
  'rgb565-padhi': [...range(0, 8), ...range(12, 17), ...range(20, 24)],
  'rgb666-padhi': RGB666_HIGH,
  'bgr666-padhi': RGB666_HIGH,
  rgb888: range(0, 27),
  bgr888: range(0, 27),
};
const BACKLIGHT = { named: { 'backlight-gpio': null }, more: { 'backlight-pwm': [18] } };

/** Devices on I2C1, but where a parameter names another bus, and on SPI0: with what they take beside it. */
const onI2c = (rest: Taking = {}): Taking => ({
  ...rest,
  pins: I2C1,
  instead: { i2c0: [0, 1], i2c_csi_dsi: [], i2c3: [], i2c4: [], i2c5: [], i2c6: [] },
});
const onSpi = (named: Taking['named'] = {}): Taking => ({ pins: SPI0, named });
const DISPLAY = { dc_pin: 24, reset_pin: 25 };
const each = (names: string, taking: Taking): Takings => Object.fromEntries(names.split(' ').map((name) => [name, taking]));

/** On every board. */
export const takings: Takings = {
  // single pins
  'act-led': { named: { gpio: null } },
  dht11: { named: { gpiopin: 4 } },
  'fsm-demo': { pins: [7, 8, 25] },
  'gpio-charger': { named: { gpio: 4 } },
  'gpio-fan': { named: { gpiopin: 12 } },
  'gpio-hog': { named: { gpio: 26 } },
  'gpio-ir': { named: { gpio_pin: 18 } },
  'gpio-ir-tx': { named: { gpio_pin: 18 } },
  'gpio-key': { named: { gpio: 3 } },
  'gpio-led': { named: { gpio: 19 } },
  'gpio-poweroff': { named: { gpiopin: 26 } },
  'gpio-shutdown': { named: { gpio_pin: 3 } },
  'hd44780-lcd': { named: { pin_d4: 6, pin_d5: 13, pin_d6: 19, pin_d7: 26, pin_en: 21, pin_rs: 20, pin_bl: null } },
  'hdmi-backlight-hwhack-gpio': { named: { gpio_pin: 17 } },
  'pps-gpio': { named: { gpiopin: 18 } },
  'rotary-encoder': { named: { pin_a: 4, pin_b: 17 } },
  'vc4-kms-dsi-lt070me05000': { named: { reset: 17, enable: 4, 'dcdc-en': 5 } },
  'w1-gpio': { named: { gpiopin: 4 } },
  'w1-gpio-pullup': { named: { gpiopin: 4, extpullup: 5 } },
  // PWM
  audremap: { pins: [12, 13] },
  pwm: { named: { pin: 18 } },
  'pwm-2chan': { named: { pin: 18, pin2: 19 } },
  'pwm-gpio': { named: { gpio: null } },
  'pwm-gpio-fan': { named: { fan_gpio: 18 } },
  'pwm-ir-tx': { named: { gpio_pin: 18 } },
  'pwm-pio': { named: { gpio: null } },
  'ws2812-pio': { named: { gpio: 4 } },
  // I2C
  ...each('i2c-gpio i2c-rtc-gpio', { named: { i2c_gpio_sda: 23, i2c_gpio_scl: 24 } }),
  i2c0: { pins: [0, 1] },
  i2c1: { pins: I2C1 },
  ...each('ads1015 ads1115 i2c-fan i2c-mux i2c-pwm-pca9685a i2c-rtc ltc294x mcp342x mlx90640 pca953x pcf857x piglow', onI2c()),
  ...each('rpi-sense rpi-sense-v2 ssd1306 sx150x tpm-slb9673', onI2c()),
  ...each('apds9960 mcp23017', onI2c({ named: { gpiopin: 4 }, without: { noints: 'gpiopin' } })),
  cap1106: onI2c({ named: { int_pin: 23 } }),
  ...each('exc3000 ilitek251x iqs550', onI2c({ named: { interrupt: 4, reset: null } })),
  goodix: onI2c({ named: { interrupt: 4, reset: 17 } }),
  'i2c-sensor': onI2c({ named: { int_pin: null, reset_pin: null } }),
  ...each('sc16is750-i2c sc16is752-i2c', onI2c({ named: { int_pin: 24 } })),
  'vc4-kms-dsi-waveshare-panel': { more: { i2c1: I2C1 } },
  wittypi: onI2c({ named: { led_gpio: 17 } }),
  // serial lines
  ...each('disable-bt miniuart-bt qca7000-uart0', { pins: SERIAL }),
  uart0: { named: { txd0_pin: 14, rxd0_pin: 15 } },
  uart1: { named: { txd1_pin: 14, rxd1_pin: 15 } },
  // SPI itself
  'spi0-0cs': { pins: [9, 10, 11], without: { no_miso: 9 }, bus: 'spi0' },
  'spi0-1cs': { pins: [9, 10, 11], named: { cs0_pin: 8 }, without: { no_miso: 9 }, bus: 'spi0' },
  ...each('spi0-2cs spi0-cs', { pins: [9, 10, 11], named: { cs0_pin: 8, cs1_pin: 7 }, without: { no_miso: 9 }, bus: 'spi0' }),
  'spi1-1cs': { pins: [19, 20, 21], named: { cs0_pin: 18 }, bus: 'spi1' },
  'spi1-2cs': { pins: [19, 20, 21], named: { cs0_pin: 18, cs1_pin: 17 }, bus: 'spi1' },
  'spi1-3cs': { pins: [19, 20, 21], named: { cs0_pin: 18, cs1_pin: 17, cs2_pin: 16 }, bus: 'spi1' },
  // devices on SPI0
  ...each('hy28a hy28b hy28b-2017', onSpi({ resetgpio: null, ledgpio: null })),
  ...each('media-center watterott-display rpi-display', onSpi({ backlight: null })),
  ...each('mz61581 papirus pifacedigital piscreen piscreen2r pitft22 pitft28-capacitive pitft28-resistive', onSpi()),
  ...each('minipitft13 pitft35-resistive rpi-tv tinylcd35 tpm-slb9670 waveshare-can-fd-hat-mode-b', onSpi()),
  ...each('mcp2515-can0 mcp2515-can1', onSpi({ interrupt: null })),
  ...each('adafruit18 adafruit-st7735r', onSpi({ ...DISPLAY, led_pin: 18 })),
  ...each('sainsmart18 sh1106-spi ssd1306-spi ssd1327-spi ssd1331-spi ssd1351-spi', onSpi(DISPLAY)),
  ads7846: onSpi({ penirq: null }),
  at86rf233: onSpi({ interrupt: 23, reset: 24, sleep: 25 }),
  ...each('enc28j60 w5500', onSpi({ int_pin: 25 })),
  gc9a01: { pins: [...SPI0, 18, 25, 27] },
  qca7000: onSpi({ int_pin: 23 }),
  'sc16is752-spi0': onSpi({ int_pin: 24 }),
  'sc16is752-spi1': { pins: [18, 19, 20, 21], named: { int_pin: 24 } },
  'si446x-spi0': onSpi({ int_pin: 17, reset_pin: 27 }),
  'spi-rtc': { pins: SPI0, instead: { spi1_0: [], spi1_1: [], spi2_0: [], spi2_1: [] } },
  'waveshare-can-fd-hat-mode-a': { pins: [...SPI0, ...range(18, 21)] },
  // parallel screens, memory, cards
  dpi18: { pins: range(0, 21) },
  dpi18cpadhi: { pins: RGB666_HIGH },
  dpi24: { pins: range(0, 27) },
  ...each('smi smi-nand', { pins: range(2, 25) }),
  ...each('sdio sdio-1bit', { pins: range(22, 27) }),
  'vc4-kms-dpi-generic': { ...BACKLIGHT, pins: range(0, 21), instead: DPI_MODES },
  ...each('vc4-kms-dpi-panel vc4-kms-dpi-at056tn53v1 vc4-kms-kippah-7inch', { ...BACKLIGHT, pins: range(0, 21) }),
  ...each('vc4-kms-dpi-hyperpixel2r vc4-kms-dpi-hyperpixel4 vc4-kms-dpi-hyperpixel4sq', { pins: range(0, 27) }),
  ...each('vga666 vc4-kms-vga666', { pins: range(2, 21), more: { ddc: [0, 1] } }),
  // sound that takes more than I2S
  max98357a: { named: { 'sdmode-pin': 4 }, without: { 'no-sdmode': 'sdmode-pin' } },
  ...each('interludeaudio-analog superaudioboard', { named: { gpiopin: null } }),
};

/** Of devices on a bus that a parameter names, `spi0-1` or `spi0-1-present`: with what they take beside it. */
export const onNamedSpi: Takings = {
  ...each('anyspi jedec-spi-nor maxtherm mcp23s17 mcp3008 mcp3202', {}),
  fbtft: { named: { reset_pin: null, dc_pin: null, led_pin: null } },
  'mipi-dbi-spi': { ...BACKLIGHT, named: { 'backlight-gpio': null, 'reset-gpio': null, 'dc-gpio': null } },
  mcp2515: { named: { interrupt: null } },
  mcp251xfd: { named: { interrupt: null, rx_interrupt: null, xceiver_enable: null } },
};

/** On a Pi 4, 400 and CM4 alone (BCM2711). */
export const takingsOfPi4: Takings = {
  i2c3: { pins: [4, 5] },
  i2c4: { pins: [8, 9] },
  i2c5: { pins: [12, 13] },
  i2c6: { pins: [22, 23] },
  uart2: { pins: [0, 1], more: { ctsrts: [2, 3] } },
  uart3: { pins: [4, 5], more: { ctsrts: [6, 7] } },
  uart4: { pins: [8, 9], more: { ctsrts: [10, 11] } },
  uart5: { pins: [12, 13], more: { ctsrts: [14, 15] } },
  'spi3-1cs': { pins: [1, 2, 3], named: { cs0_pin: 0 } },
  'spi3-2cs': { pins: [1, 2, 3], named: { cs0_pin: 0, cs1_pin: 24 } },
  'spi4-1cs': { pins: [5, 6, 7], named: { cs0_pin: 4 } },
  'spi4-2cs': { pins: [5, 6, 7], named: { cs0_pin: 4, cs1_pin: 25 } },
  'spi5-1cs': { pins: [13, 14, 15], named: { cs0_pin: 12 } },
  'spi5-2cs': { pins: [13, 14, 15], named: { cs0_pin: 12, cs1_pin: 26 } },
  'spi6-1cs': { pins: [19, 20, 21], named: { cs0_pin: 18 } },
  'spi6-2cs': { pins: [19, 20, 21], named: { cs0_pin: 18, cs1_pin: 27 } },
};

/** On a Pi 5, 500 and CM5, where they stand before those of every board; the firmware takes `uart2` there for `uart2-pi5`. */
export const takingsOfPi5: Takings = {
  'disable-bt': {},
  'miniuart-bt': {},
  i2c2: { pins: [4, 5] },
  i2c3: { pins: [6, 7] },
  uart0: { pins: SERIAL, more: { ctsrts: [16, 17] } },
  uart1: { pins: [0, 1], more: { ctsrts: [2, 3] } },
  uart2: { pins: [4, 5], more: { ctsrts: [6, 7] } },
  uart3: { pins: [8, 9], more: { ctsrts: [10, 11] } },
  uart4: { pins: [12, 13], more: { ctsrts: [14, 15] } },
  'spi2-1cs': { pins: [1, 2, 3], named: { cs0_pin: 0 } },
  'spi2-2cs': { pins: [1, 2, 3], named: { cs0_pin: 0, cs1_pin: 24 } },
  'spi3-1cs': { pins: [5, 6, 7], named: { cs0_pin: 4 } },
  'spi3-2cs': { pins: [5, 6, 7], named: { cs0_pin: 4, cs1_pin: 25 } },
  'spi5-1cs': { pins: [13, 14, 15], named: { cs0_pin: 12 } },
  'spi5-2cs': { pins: [13, 14, 15], named: { cs0_pin: 12, cs1_pin: 26 } },
};

/** Sound cards on the header: all of them take the pins of I2S. */
export const SOUND_CARD = new RegExp(
  `^(${[
    ...['adau1977-adc', 'adau7002-simple', 'applepi-dac', 'audiosense-pi', 'chipdip-dac', '(rpi-)?cirrus-wm5102', 'dacberry400', 'draws'],
    ...['fe-pi-audio', 'ghost-amp', 'googlevoicehat-soundcard', 'i-sabre-q2m', 'i2s-dac', 'i2s-mmap', 'max98357a', 'mbed-dac', 'merus-amp'],
    ...['pibell', 'pisound', 'proto-codec', 'rra-digidac1-wm8741-audio', 'superaudioboard', 'tc358743-audio', 'udrc', 'ugreen-dabboard'],
    ...['wm8960-soundcard', '(akkordion|allo|audioinjector|dionaudio|hifiberry|interludeaudio|iqaudio|justboom|pifi)-.*'],
    ...['rpi-(codeczero|dac|dacplus|dacpro|digiampplus|proto)'],
  ].join('|')})$`,
);
