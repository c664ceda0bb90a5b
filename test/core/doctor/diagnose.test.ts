import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/core/doctor/diagnose.ts';
import type { ConfiguredFacts, Facts, MachineFacts, StoreFacts, UnitFacts } from '../../../src/core/doctor/facts.ts';
import type { Level } from '../../../src/core/doctor/finding.ts';
import { account, clocked, configured, facts, file, knob, simulated, wired } from './healthy.ts';

const trouble = { message: 'it is broken', cure: 'Run "sudo mend".' };
const { machine, configured: well } = facts(simulated);
const boot = (text: string): Partial<MachineFacts> => ({ boot: { path: '/boot/firmware/config.txt', text } });
const gpio = (more: Partial<MachineFacts['gpio']>): Partial<MachineFacts> => ({ gpio: { ...machine.gpio, ...more } });
const drivers = (more: Partial<ConfiguredFacts['drivers']>, text = wired) => ({ drivers: { ...configured(text).drivers, ...more } });
const strip = (more: object) => drivers({ strips: configured(clocked).drivers.strips.map((one) => ({ ...one, ...more })) }, clocked);
const store = (more: Partial<StoreFacts>) => ('config' in well ? { store: { ...well.store, ...more } } : {});
const folder = (mode: number, exists = true) => ({ path: '/srv/lights', chain: [file('/'), file('/srv', mode, 0, 0)], exists });
const unit = (settings: Record<string, string[]>): UnitFacts => ({
  user: 'diuna',
  startsAsRoot: false,
  settings: new Map(Object.entries(settings)),
});
const onoff = 'driver: onoff, clk: 17, dt: 27, switch: 22';
const byGpio = onoff.replace('onoff', 'gpio');
const knobFiles = (devices: [string, ReturnType<typeof file> | null][]) => ({
  input: { devices: new Map(devices), known: ['rotary@5-event'] },
});
const closedStore = { path: '/home/pi/data', chain: [file('/'), file('/home'), file('/home/pi', 0o700, 1000, 1000)], exists: false };
const openHome = { ...closedStore, chain: [file('/'), file('/home'), file('/home/diuna', 0o750, 990, 990)] };
const onPort = (host: string): Partial<MachineFacts> => ({ listening: [{ host, port: 1883 }] });

/** What is wrong; the id and level that say so; what the finding and the cure name. */
const cases: [what: string, id: string, level: Level, facts: Facts, found: string, cure: string][] = [
  [
    'a machine that is no Pi',
    'board',
    'note',
    facts(simulated, { board: { model: null, revision: null } }),
    'no Raspberry Pi',
    'driver: ddp',
  ],
  [
    'an old Node',
    'node',
    'problem',
    { ...facts(simulated), nodejs: { version: 'v18.20.4', wanted: '>=20.19' } },
    '>=20.19',
    'apt install nodejs',
  ],
  [
    'a Node that is a little too old',
    'node',
    'problem',
    { ...facts(simulated), nodejs: { version: 'v20.9.0', wanted: '>=20.19' } },
    'v20.9.0',
    'npm rebuild',
  ],
  ['too little voltage now', 'voltage', 'problem', facts(simulated, { throttled: 0x50005 }), 'right now', 'vcgencmd'],
  ['too little voltage before', 'voltage', 'warning', facts(simulated, { throttled: 0x50000 }), 'since it was started', 'vcgencmd'],
  [
    'a clock that waits for the network',
    'clock',
    'warning',
    facts(simulated, { clock: 'not_yet' }),
    'not been synchronised',
    'timedatectl timesync-status',
  ],
  ['a clock that nobody keeps', 'clock', 'note', facts(simulated, { clock: 'none' }), 'nothing', 'timedatectl set-ntp true'],
  [
    'mistakes',
    'config',
    'problem',
    { ...facts(simulated), configured: { mistakes: ['a is wrong', 'b'] } },
    'a is wrong, and 1 more',
    'diuna check -c config.yaml',
  ],
  [
    'a configuration in a closed folder',
    'config_readable',
    'problem',
    { ...facts(simulated), file: { path: '/home/pi/c', exists: true, chain: [...closedStore.chain, file('/home/pi/c', 0o644)] } },
    '/home/pi',
    'chmod o+x /home/pi',
  ],
  [
    'a configuration that is closed',
    'config_readable',
    'problem',
    { ...facts(simulated), file: { path: '/c', chain: [file('/'), file('/c', 0o600)], exists: true } },
    'may not read',
    'chgrp diuna',
  ],
  ['ws281x without root', 'root', 'problem', facts(wired, { hasRenderer: false }), 'needs root', 'sudo diuna run'],
  [
    'a service without root',
    'root',
    'problem',
    facts(wired, { hasRenderer: false, unit: unit({}) }),
    'user diuna',
    'diuna service install --renderer',
  ],
  [
    'a configuration that root does not obey',
    'renderer_config',
    'problem',
    facts(wired, {}, drivers({ trust: trouble })),
    'broken',
    'sudo mend',
  ],
  [
    'a configuration that you may not read',
    'config',
    'problem',
    { ...facts(simulated), configured: { mistakes: ['c: cannot be read: this user has no permission to'] } },
    'no permission',
    'sudo diuna doctor -c config.yaml',
  ],
  ['a board without pins', 'ws281x_board', 'problem', facts(wired, {}, drivers({ board: trouble })), 'broken', 'sudo mend'],
  ['wrong pins', 'ws281x_pins', 'problem', facts(wired, {}, drivers({ pins: trouble })), 'broken', 'sudo mend'],
  ['a kernel without /dev/mem', 'dev_mem', 'problem', facts(wired, { hasMem: false }), '/dev/mem', 'apt install linux-image'],
  ['a kernel without /dev/vcio', 'dev_vcio', 'problem', facts(wired, { hasVcio: false }), '/dev/vcio', 'apt install linux-image'],
  ['analog audio', 'audio', 'problem', facts(wired, { modules: new Set(['snd_bcm2835']) }), 'snd_bcm2835', 'dtparam=audio=off'],
  ['analog audio at the next start', 'audio', 'warning', facts(wired, boot('dtparam=audio=on\n')), 'dtparam=audio=on', 'dtparam=audio=off'],
  [
    'auto where nothing works',
    'auto',
    'warning',
    facts(clocked, {}, strip({ auto: { why: 'nothing works yet', fails: true } })),
    'nothing works',
    'output: {',
  ],
  [
    'auto that lights nothing',
    'auto',
    'note',
    facts(clocked, {}, strip({ output: { driver: 'simulated' }, auto: { why: 'no Pi', fails: false } })),
    'auto is simulated',
    'driver: ddp',
  ],
  ['SPI that is off', 'spi_device', 'problem', facts(clocked, { spi: [] }, strip({ device: trouble })), 'broken', 'sudo mend'],
  ['SPI that is off for GPIO 10', 'spi_device', 'problem', facts(wired.replace('18', '10'), { spi: [] }), 'GPIO 10', 'dtparam=spi=on'],
  [
    'SPI without the group',
    'spi_permission',
    'problem',
    facts(clocked, { account: { ...account, gids: [990] } }),
    '/dev/spidev0.0',
    'usermod -aG spi diuna',
  ],
  ['a long strip', 'spi_bufsiz', 'problem', facts(clocked, {}, strip({ frame: trouble })), 'broken', 'sudo mend'],
  [
    'a core clock that changes',
    'core_freq',
    'warning',
    facts(clocked, boot('dtparam=spi=on\ncore_freq=500\n')),
    'not fixed',
    'core_freq_min=500',
  ],
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
    'a strip without a supply',
    'supply',
    'note',
    facts('strips: { main: { length: 150, output: { driver: ws281x } } }'),
    '150 ws2812) draws about 6.4 A',
    'supplies: {',
  ],
  [
    'a store that cannot be written',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: folder(0o755) })),
    'may not write',
    'install -d -o diuna',
  ],
  [
    'a store that cannot be made',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: folder(0o755, false) })),
    'may not make',
    'install -d -o diuna',
  ],
  [
    'a store in a closed folder',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: closedStore })),
    '/home/pi',
    'chmod o+x /home/pi',
  ],
  [
    'a unit that hides homes',
    'store_unit',
    'problem',
    facts(simulated, { unit: unit({ ProtectHome: ['yes'] }) }, store({ folder: openHome })),
    'ProtectHome',
    'path: /var/lib/diuna',
  ],
  [
    'a unit that lets nothing be written',
    'store_unit',
    'problem',
    facts(simulated, { unit: unit({ ProtectSystem: ['strict'] }) }),
    'strict',
    'ReadWritePaths=/var/lib/diuna',
  ],
  ['a store in memory', 'store_memory', 'warning', facts(simulated, {}, store({ inMemory: true })), 'in memory', 'store: {'],
  ['little room', 'store_space', 'warning', facts(simulated, {}, store({ freeBytes: 50 * 2 ** 20 })), 'only 50 MiB', 'apt clean'],
  ['no room', 'store_space', 'problem', facts(simulated, {}, store({ freeBytes: 4096 })), 'only 0 MiB', 'journalctl --vacuum'],
  [
    'a slow card',
    'store_sync',
    'warning',
    facts(simulated, {}, store({ sync: { kind: 'measured', worstMs: 612.3, rounds: 1 } })),
    '612.3 ms',
    'dmesg',
  ],
  [
    'a card that hangs',
    'store_sync',
    'warning',
    facts(simulated, {}, store({ sync: { kind: 'late', waitedMs: 900 } })),
    'after 900 ms',
    'dmesg',
  ],
  [
    'a card that is written a lot',
    'disk_writes',
    'note',
    facts(simulated, { disks: [{ name: 'mmcblk0', writtenBytes: 24 * 512 * 2 ** 20 }] }),
    '512 MiB an hour',
    'iotop',
  ],
  [
    'a port that is taken',
    'port',
    'problem',
    facts(simulated, onPort('127.0.0.1')),
    '127.0.0.1:1883 (mqtt.listen)',
    'ss -ltnp sport = :1883',
  ],
  ['a port that is taken everywhere', 'port', 'problem', facts(simulated, onPort('')), '127.0.0.1:1883', 'disable --now mosquitto'],
  [
    'a missing package',
    'package',
    'problem',
    facts(clocked, {}, drivers({ packages: new Map([['spi-device', trouble]]) }, clocked)),
    'broken',
    'sudo mend',
  ],
];

describe('a finding', () => {
  it.each(cases)('of %s', (_, id, level, given, found, cure) => {
    const own = diagnose(given).filter((finding) => finding.level !== 'ok');
    expect(own.filter((finding) => finding.id === id)).toContainEqual({
      id,
      level,
      found: expect.stringContaining(found),
      cure: expect.stringContaining(cure),
    });
  });

  it('comes of nothing else', () => {
    for (const [what, id, , given] of cases) {
      const others = diagnose(given).filter((finding) => finding.level !== 'ok' && finding.id !== id);
      expect({ what, others }).toEqual({ what, others: [] });
    }
  });

  it('is told of in one of these cases, whatever it is', () => {
    const room = new URL('../../../src/core/doctor/', import.meta.url).pathname;
    const texts = readdirSync(room).map((name) => readFileSync(join(room, name), 'utf8'));
    const told = /\b(?:problem|warning|note|ofTrouble|deviceFinding|\(freeBytes < MIB \? problem : warning\))\(\s*'(\w+)'/g;
    const ids = new Set(texts.flatMap((text) => [...text.matchAll(told)].map(([, id]) => id)));
    expect([...ids].filter((id) => !cases.some(([, other]) => other === id))).toEqual([]);
    expect(ids.size).toBeGreaterThan(25);
  });

  it('names a command, or a line to write', () => {
    const cures = cases.flatMap(([, , , given]) => diagnose(given).flatMap(({ cure }) => cure ?? []));
    expect(cures.filter((cure) => !/"[^"]{4,}"/.test(cure))).toEqual([]);
  });
});

describe('on a healthy machine', () => {
  it.each([
    ['nothing', simulated],
    ['pins', wired],
    ['SPI', clocked],
    ['a knob by onoff', knob(onoff)],
    ['a knob by gpio', knob(byGpio)],
  ])('all is well with %s', (_, text) => {
    expect(diagnose(facts(text)).filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it('the same holds where diuna itself has the port, the pins and a core that cannot change', () => {
    const busy: Partial<MachineFacts> = {
      ...onPort('127.0.0.1'),
      ...gpio({ exported: [529, 539, 534], taken: [{ chip: 'pinctrl-bcm2711', line: 17, by: 'sysfs' }] }),
    };
    expect(diagnose(facts(knob(onoff), busy, store({ heldBy: 77 }))).filter(({ level }) => level !== 'ok')).toEqual([]);
    const zero = { board: { model: 'Raspberry Pi Zero W Rev 1.1', revision: 0x9000c1 }, boot: null };
    expect(diagnose(facts(clocked, zero)).filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it.each([
    ['an address that is not ours', [{ host: '192.0.2.1', port: 1883 }]],
    ['another port', [{ host: '', port: 8883 }]],
  ])('a port is free beside %s', (_, listening) => {
    expect(diagnose(facts(simulated, { listening })).filter(({ id }) => id === 'port')).toMatchObject([{ level: 'ok' }]);
  });

  it('the worst comes first', () => {
    const bad = facts('strips: { main: { length: 60, output: { driver: ws281x } } }', { throttled: 1, clock: 'not_yet' });
    const levels = diagnose(bad).map(({ level }) => level);
    expect([...new Set(levels)]).toEqual(['problem', 'warning', 'note', 'ok']);
  });
});
