import { expect, it } from 'vitest';
import { EvdevDriver } from '../../src/inputs/evdev.ts';
import { GpioDriver } from '../../src/inputs/gpio.ts';
import { makeDriver } from '../../src/inputs/make-driver.ts';
import { OnoffDriver } from '../../src/inputs/onoff.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { faultOf, Heard } from './heard.ts';

const signal = new AbortController().signal;

it('makes the driver that is named, and touches nothing', () => {
  expect(makeDriver({ driver: 'onoff', pull: 'up', clk: 17, dt: 27 }, realClock)).toBeInstanceOf(OnoffDriver);
  expect(makeDriver({ driver: 'gpio', pull: 'none', switch: 22, chip: 'pinctrl-rp1' }, realClock)).toBeInstanceOf(GpioDriver);
  expect(makeDriver({ driver: 'evdev', pull: 'up', device: '0' }, realClock)).toBeInstanceOf(EvdevDriver);
});

it.each([
  ['device', { device: '/nonexistent/knob' }],
  ['switch_device', { switch_device: '/nonexistent/knob' }],
])('an input device is what %s names', async (_, devices) => {
  const fault = await faultOf(makeDriver({ driver: 'evdev', pull: 'up', ...devices }, realClock).open(signal, new Heard()));
  expect(fault).toMatchObject({ code: 'evdev_no_device', message: expect.stringContaining('/nonexistent/knob') });
});
