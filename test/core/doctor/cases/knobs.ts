/** Pins that others have, and knobs. */
import { facts, file, knob, wired } from '../healthy.ts';
import { boot, byGpio, type Case, drivers, gpio, onoff, trouble, unit } from './case.ts';

const knobFiles = (devices: [string, ReturnType<typeof file> | null][]) => ({
  input: { devices: new Map(devices), known: ['rotary@5-event'] },
});

export const knobsCases: readonly Case[] = [
  [
    'a pin of an overlay',
    'pin_overlay',
    'problem',
    facts(wired, boot('dtoverlay=w1-gpio,gpiopin=18\n')),
    'w1-gpio,gpiopin=18',
    'Take "dtoverlay=w1-gpio,gpiopin=18" out',
  ],
  [
    'a pin that the kernel has',
    'pin_busy',
    'problem',
    facts(knob(byGpio), gpio({ taken: [{ chip: 'pinctrl-bcm2711', line: 27, by: 'rotary@11' }] })),
    'rotary@11',
    'gpioinfo',
  ],
  [
    'an LED pin that the kernel has',
    'pin_busy',
    'warning',
    facts(wired, gpio({ taken: [{ chip: 'pinctrl-bcm2711', line: 18, by: 'led0' }] })),
    'led0',
    'gpioinfo',
  ],
  [
    'a knob that is read',
    'pin_busy',
    'note',
    facts(knob(byGpio), gpio({ taken: [{ chip: 'pinctrl-bcm2711', line: 17, by: 'gpiomon' }] })),
    'gpiomon',
    'systemctl status diuna',
  ],
  ['an exported pin', 'pin_busy', 'problem', facts(knob(byGpio), gpio({ exported: [529], taken: null })), 'GPIO 17', 'echo 529 | sudo tee'],
  ['an exported LED pin', 'pin_busy', 'warning', facts(wired, gpio({ exported: [530] })), 'GPIO 18', 'echo 530 | sudo tee'],
  [
    'no chip of the header',
    'gpio_base',
    'problem',
    facts(knob(onoff), {}, drivers({ chips: new Map([['desk', trouble]]) }, knob(onoff))),
    'broken',
    'sudo mend',
  ],
  [
    'onoff without the group',
    'gpio_permission',
    'problem',
    facts(knob(onoff), gpio({ exportFile: file('/sys/class/gpio/export', 0o220, 0, 7) })),
    'export',
    'usermod -aG gpio diuna',
  ],
  [
    'gpio without the group',
    'gpio_permission',
    'problem',
    facts(knob(byGpio), gpio({ devices: [file('/dev/gpiochip0', 0o660, 0, 7)] })),
    '/dev/gpiochip0',
    'usermod -aG gpio diuna',
  ],
  ['no GPIO device', 'gpio_permission', 'problem', facts(knob(byGpio), gpio({ devices: [] })), '/dev/gpiochip', 'gpiodetect'],
  ['no gpiomon', 'gpio_tools', 'problem', facts(knob(byGpio), gpio({ hasGpiomon: false })), 'gpiomon', 'apt install gpiod'],
  [
    'a unit that closes /sys',
    'gpio_unit',
    'problem',
    facts(knob(onoff), { unit: unit({ ProtectKernelTunables: ['yes'] }) }),
    'read-only',
    'systemctl edit diuna',
  ],
  [
    'no such input device',
    'input_device',
    'problem',
    facts(knob('driver: evdev, device: rotary@11-event'), {}, knobFiles([['rotary@11-event', null]])),
    'there are rotary@5-event',
    'dtoverlay=rotary-encoder',
  ],
  [
    'evdev without the group',
    'input_permission',
    'problem',
    facts(knob('driver: evdev, device: /dev/input/event0'), {}, knobFiles([['/dev/input/event0', file('/dev/input/event0', 0o660, 0, 7)]])),
    'event0',
    'usermod -aG input diuna',
  ],
  [
    'a pull that sysfs cannot set',
    'gpio_pull',
    'note',
    facts(knob(`${onoff}, pull: down`)),
    'pull: down',
    'Put "gpio=17,27,22=ip,pd" into /boot/firmware/config.txt',
  ],
];
