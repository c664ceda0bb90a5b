/** Pins that lines of config.txt take, by board: as overlays/README of raspberrypi/firmware says it of each. */
import { describe, expect, it } from 'vitest';
import type { Processor } from '../../../src/core/doctor/board-kind.ts';
import { parseBootConfig } from '../../../src/core/doctor/boot-config.ts';
import { givenPins } from '../../../src/core/doctor/overlay-pins.ts';

function pins(text: string, processor: Processor | null = 'bcm2711'): number[] {
  const given = givenPins(parseBootConfig(text, { model: null, revision: null }), processor);
  return [...new Set(given.map(({ pin }) => pin))].sort((one, other) => one - other);
}
const to = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('pins that an overlay takes', () => {
  it.each<[line: string, pins: number[]]>([
    // single ones
    ['gpio-fan', [12]],
    ['gpio-fan,gpiopin=14', [14]],
    ['gpio-shutdown', [3]],
    ['gpio-key,gpio=22', [22]],
    ['gpio-ir', [18]],
    ['gpio-hog', [26]],
    ['gpio-charger', [4]],
    ['act-led', []],
    ['act-led,gpio=19', [19]],
    ['rotary-encoder,pin_b=27', [4, 27]],
    ['w1-gpio-pullup-pi5,gpiopin=6', [5, 6]],
    ['hd44780-lcd', [6, 13, 19, 20, 21, 26]],
    ['pwm-gpio-fan', [18]],
    // PWM
    ['pwm', [18]],
    ['pwm-2chan,pin=12,func=4,pin2=13,func2=4', [12, 13]],
    ['audremap', [12, 13]],
    ['audremap,pins_18_19', [18, 19]],
    // I2C and devices on it
    ['i2c-gpio', [23, 24]],
    ['i2c0', [0, 1]],
    ['i2c3,pins_2_3', [2, 3]],
    ['i2c6', [22, 23]],
    ['i2c-rtc,ds3231', [2, 3]],
    ['i2c-rtc,ds3231,i2c0', [0, 1]],
    ['i2c-rtc,ds3231,i2c_csi_dsi', []],
    ['i2c-sensor,bme280', [2, 3]],
    ['mcp23017', [2, 3, 4]],
    ['mcp23017,noints', [2, 3]],
    ['goodix', [2, 3, 4, 17]],
    // serial lines
    ['uart0,txd0_pin=32,rxd0_pin=33', [32, 33]],
    ['uart2', [0, 1]],
    ['uart5,ctsrts', [12, 13, 14, 15]],
    ['disable-bt', [14, 15]],
    // SPI and devices on it
    ['spi0-0cs', [9, 10, 11]],
    ['spi0-1cs,cs0_pin=5', [5, 9, 10, 11]],
    ['spi0-2cs,no_miso', [7, 8, 10, 11]],
    ['spi1-3cs', [16, 17, 18, 19, 20, 21]],
    ['spi3-1cs', [0, 1, 2, 3]],
    ['spi6-1cs,cs0_pin=26', [19, 20, 21, 26]],
    ['enc28j60', [7, 8, 9, 10, 11, 25]],
    ['mcp2515,spi0-0,interrupt=25', [7, 8, 9, 10, 11, 25]],
    ['mcp2515,spi1-0,interrupt=25', [25]],
    ['mcp3008:spi0-1-present', [7, 8, 9, 10, 11]],
    ['ssd1306-spi', [7, 8, 9, 10, 11, 24, 25]],
    // sound
    ['hifiberry-dacplus', [18, 19, 20, 21]],
    ['hifiberry-dac\ndtoverlay=i2s-gpio28-31', [28, 29, 30, 31]],
    ['rpi-digiampplus', [18, 19, 20, 21]],
    ['max98357a', [4, 18, 19, 20, 21]],
    ['max98357a,no-sdmode', [18, 19, 20, 21]],
    // screens, cards, memory
    ['dpi24', to(0, 27)],
    ['dpi18', to(0, 21)],
    ['vc4-kms-dpi-generic', to(0, 21)],
    ['vc4-kms-dpi-generic,rgb565-padhi', [...to(0, 8), ...to(12, 17), ...to(20, 24)]],
    ['vc4-kms-dpi-generic,rgb888', to(0, 27)],
    ['vga666', to(2, 21)],
    ['vc4-kms-vga666,ddc', to(0, 21)],
    ['sdio', to(22, 27)],
    ['sdio,bus_width=1,gpios_22_25', to(22, 25)],
    ['sdio,gpios_34_39', to(34, 39)],
    ['smi', to(2, 25)],
    // none of the header
    ['vc4-kms-v3d', []],
    ['dwc2', []],
    ['imx219', []],
    ['disable-wifi', []],
  ])('%s', (line, expected) => {
    expect(pins(`dtoverlay=${line}`)).toEqual(expected);
  });

  it.each<[line: string, five: number[]]>([
    ['uart2', [4, 5]],
    ['uart2-pi5', [4, 5]],
    ['uart0', [14, 15]],
    ['uart0-pi5,ctsrts', [14, 15, 16, 17]],
    ['uart5', []],
    ['i2c3', [6, 7]],
    ['i2c3-pi5,pins_22_23', [22, 23]],
    ['i2c6', []],
    ['spi3-2cs', [4, 5, 6, 7, 25]],
    ['spi6-1cs', []],
    ['sdio-pi5', to(22, 27)],
    ['disable-bt', []],
    ['pisound-pi5', [18, 19, 20, 21]],
  ])('%s on a Pi 5', (line, five) => {
    expect(pins(`dtoverlay=${line}`, 'bcm2712')).toEqual(five);
  });

  it('that only a Pi 4 has are taken by it alone', () => {
    const boards: (Processor | null)[] = ['bcm2837', 'bcm2711', null];
    expect(boards.map((one) => pins('dtoverlay=uart3', one))).toEqual([[], [4, 5], [4, 5]]);
  });
});

it.each<[text: string, pins: number[]]>([
  ['dtparam=spi=on', [7, 8, 9, 10, 11]],
  ['dtparam=spi=on\ndtoverlay=spi0-0cs,no_miso', [10, 11]],
  ['dtparam=i2c_vc=on', [0, 1]],
  ['dtparam=act_led_gpio=25', [25]],
  ['dtparam=uart0=on', []],
])('%s takes pins, too', (text, expected) => {
  expect(pins(text)).toEqual(expected);
});

it('an SPI bus of its own is the one that a strip wants; a device on it is in the way', () => {
  const bus = (line: string) =>
    givenPins(parseBootConfig(`dtoverlay=${line}`, { model: null, revision: null }), null).find(({ pin }) => pin === 10)?.bus;
  expect(['spi0-1cs', 'mcp2515-can0'].map(bus)).toEqual(['spi0', null]);
});
