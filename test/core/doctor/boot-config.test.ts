import { describe, expect, it } from 'vitest';
import { boardTypes, processorOf } from '../../../src/core/doctor/board-kind.ts';
import { isOn, parseBootConfig } from '../../../src/core/doctor/boot-config.ts';
import { givenPins } from '../../../src/core/doctor/overlay-pins.ts';

const four = { model: 'Raspberry Pi 4 Model B Rev 1.5', revision: 0xb03115 };
const five = { model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 0xc04170 };
const old = { model: 'Raspberry Pi Model B Rev 2', revision: 0xe };

function pins(text: string, board = four): string[] {
  return givenPins(parseBootConfig(text, board), processorOf(board)).map(({ pin, line }) => `${pin} ${line}`);
}

describe('config.txt', () => {
  it('counts where its filters hold for the board', () => {
    const text = 'a=1\n[pi4]\nb=1\n[pi5]\nc=1\n[cm4]\nd=1\n[none]\ne=1\n[EDID=x]\nf=1\n[all]\n#g=1\n  h = 1 \n';
    expect([...parseBootConfig(text, four).settings.keys()]).toEqual(['a', 'b', 'h']);
    expect([...parseBootConfig(text, five).settings.keys()]).toEqual(['a', 'c', 'h']);
    expect([...parseBootConfig('[pi4]\n[EDID=x]\na=1\n', four).settings.keys()]).toEqual(['a']);
  });

  it('has the last value of a setting and a parameter, in any spelling of "on"', () => {
    const { settings, params } = parseBootConfig('core_freq=250\ncore_freq=500\ndtparam=spi=on,i2s\ndevice_tree_param=audio=off\n', four);
    expect(settings.get('core_freq')).toBe('500');
    expect(['spi', 'i2s', 'audio', 'uart0'].map((name) => isOn(params, name))).toEqual([true, true, false, false]);
  });

  it('gives parameters to the overlay before them, until one without a name', () => {
    expect(pins('dtoverlay=rotary-encoder,pin_a=5\ndtparam=pin_b=6\ndtoverlay=\ndtparam=gpiopin=7\ndtoverlay=w1-gpio\n')).toEqual([
      '5 dtoverlay=rotary-encoder,pin_a=5',
      '6 dtoverlay=rotary-encoder,pin_b=6',
      '4 dtoverlay=w1-gpio',
    ]);
  });
});

describe('pins that it gives away', () => {
  it.each([
    ['dtoverlay=w1-gpio', ['4 dtoverlay=w1-gpio']],
    ['dtoverlay=gpio-key:gpio=22', ['22 dtoverlay=gpio-key,gpio=22']],
    ['dtoverlay=hifiberry-dacplus', [18, 19, 20, 21].map((pin) => `${pin} dtoverlay=hifiberry-dacplus`)],
    ['dtparam=i2s=on', [18, 19, 20, 21].map((pin) => `${pin} dtparam=i2s=on`)],
    ['dtparam=i2c_arm=on', ['2 dtparam=i2c_arm=on', '3 dtparam=i2c_arm=on']],
    ['enable_uart=1', ['14 enable_uart=1', '15 enable_uart=1']],
    ['dtoverlay=audremap,pins_18_19', ['18 dtoverlay=audremap,pins_18_19', '19 dtoverlay=audremap,pins_18_19']],
    ['dtoverlay=vc4-kms-v3d', []],
  ])('%s', (line, given) => {
    expect(pins(line)).toEqual(given);
  });

  it('are those of this board', () => {
    expect(pins('dtoverlay=uart5')).toHaveLength(2);
    expect(pins('dtoverlay=uart5', five)).toEqual([]);
  });
});

it('knows boards by their revision', () => {
  expect([old, four, five].map(processorOf)).toEqual(['bcm2835', 'bcm2711', 'bcm2712']);
  expect(boardTypes({ model: '', revision: 0x902120 })).toEqual(new Set(['pi0', 'pi0w', 'pi02']));
  expect(boardTypes(old)).toEqual(new Set(['pi1']));
  expect(processorOf({ model: null, revision: null })).toBeNull();
});
