/**
 * Pins that config.txt gives to the kernel: by overlays, with their parameters and what holds without them, and by parameters of
 * the base device tree. What each takes says overlay-table.ts; overlays that are not listed there are not judged.
 */
import type { Processor } from './board-kind.ts';
import { type BootConfig, isOn, type Overlay } from './boot-config.ts';
import {
  type Bus,
  I2C1,
  onNamedSpi,
  range,
  SERIAL,
  SOUND_CARD,
  SPI0,
  type Taking,
  takings,
  takingsOfPi4,
  takingsOfPi5,
} from './overlay-table.ts';

export interface GivenPin {
  readonly pin: number;
  /** The line of config.txt that gives it, without what does not matter. */
  readonly line: string;
  /** Of the buses that strips may want themselves. */
  readonly bus: Bus | null;
}

const I2S = range(18, 21);
const I2S_ELSEWHERE = range(28, 31);
const EMPTY: Taking = {};

export function givenPins(boot: BootConfig, processor: Processor | null): GivenPin[] {
  const i2s = boot.overlays.some(({ name }) => name === 'i2s-gpio28-31') ? I2S_ELSEWHERE : I2S;
  return [...boot.overlays.flatMap((overlay) => pinsOfOverlay(overlay, processor, i2s)), ...pinsOfBase(boot, processor, i2s)];
}

function pinsOfBase({ overlays, params, settings }: BootConfig, processor: Processor | null, i2s: readonly number[]): GivenPin[] {
  const spiIsChanged = overlays.some(({ name }) => /^spi0-(\dcs|cs)$/.test(name)); // it says then which pins
  return [
    ...(isOn(params, 'spi') ? all(spiIsChanged ? [10, 11] : SPI0, 'dtparam=spi=on', 'spi0') : []),
    ...(isOn(params, 'i2s') ? all(i2s, 'dtparam=i2s=on') : []),
    ...(isOn(params, 'i2c_arm', 'i2c', 'i2c1') ? all(I2C1, 'dtparam=i2c_arm=on') : []),
    ...(isOn(params, 'i2c_vc', 'i2c0') ? all([0, 1], 'dtparam=i2c_vc=on') : []),
    ...(processor === 'bcm2712' && isOn(params, 'uart0') ? all(SERIAL, 'dtparam=uart0=on') : []),
    ...(processor === 'bcm2712' && isOn(params, 'uart0_console') ? all(SERIAL, 'dtparam=uart0_console') : []),
    ...(settings.get('enable_uart') === '1' ? all(SERIAL, 'enable_uart=1') : []),
    ...['act_led_gpio', 'pwr_led_gpio', 'cam0_reg_gpio', 'cam1_reg_gpio'].flatMap((name) => {
      const pin = numberOf(params.get(name));
      return pin === null ? [] : all([pin], `dtparam=${name}=${pin}`);
    }),
  ];
}

function pinsOfOverlay(overlay: Overlay, processor: Processor | null, i2s: readonly number[]): GivenPin[] {
  const { name } = overlay;
  const sound = SOUND_CARD.test(name.replace(/-pi5$/, '')) ? all(i2s, `dtoverlay=${name}`) : [];
  return [...sound, ...taken(overlay, takingOf(overlay, processor))];
}

function takingOf({ name, params }: Overlay, processor: Processor | null): Taking {
  const plain = name.replace(/-pi[45]$/, '');
  const onBus = onNamedSpi[plain];
  if (onBus !== undefined) return [...params.keys()].some((key) => /(^|-)spi0-/.test(key)) ? { ...onBus, pins: SPI0 } : onBus;
  const isFive = processor === 'bcm2712' || name.endsWith('-pi5');
  const own = isFive ? takingsOfPi5[plain] : processor === 'bcm2711' || processor === null ? takingsOfPi4[plain] : undefined;
  return own ?? takings[plain] ?? EMPTY;
}

function taken({ name, params }: Overlay, taking: Taking): GivenPin[] {
  const { pins = [], named = {}, instead = {}, more = {}, without = {} } = taking;
  const bus = taking.bus ?? null;
  const line = `dtoverlay=${name}`;
  const free = Object.entries(without).flatMap(([flag, what]) => (params.has(flag) ? [what] : []));
  const fixed = [...params.keys()].flatMap((flag) => {
    const others = instead[flag] ?? pinsInName(flag);
    return others === null ? [] : [{ line: `${line},${flag}`, pins: others }];
  });
  const added = Object.entries(more).flatMap(([flag, others]) => (params.has(flag) ? all(others, `${line},${flag}`, bus) : []));
  const single = Object.entries(named).flatMap(([param, usual]) => {
    const said = numberOf(params.get(param));
    const pin = said ?? usual;
    return pin === null || free.includes(param) ? [] : all([pin], said === null ? line : `${line},${param}=${said}`, bus);
  });
  const usual = fixed.length === 0 ? all(pins, line, bus) : fixed.flatMap((other) => all(other.pins, other.line, bus));
  return [...usual.filter(({ pin }) => !free.includes(pin)), ...single, ...added];
}

/** `pins_4_5` are two, `gpios_22_25` are four. */
function pinsInName(flag: string): number[] | null {
  const [, kind, first, last = first] = /^(pins|gpios)_(\d+)(?:_(\d+))?$/.exec(flag) ?? [];
  if (kind === undefined) return null;
  return kind === 'gpios' ? range(Number(first), Number(last)) : [...new Set([Number(first), Number(last)])];
}

function numberOf(text: string | undefined): number | null {
  const said = Number.parseInt(text ?? '', 10);
  return Number.isNaN(said) ? null : said;
}

function all(pins: readonly number[], line: string, bus: GivenPin['bus'] = null): GivenPin[] {
  return pins.map((pin) => ({ pin, line, bus }));
}
