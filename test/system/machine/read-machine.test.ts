import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Files } from '../../../src/system/machine/files.ts';
import { parseTaken } from '../../../src/system/machine/gpio.ts';
import { readInputs } from '../../../src/system/machine/input-devices.ts';
import { parseSockets } from '../../../src/system/machine/listening.ts';
import { readMachine } from '../../../src/system/machine/read-machine.ts';
import { readPath, readStore } from '../../../src/system/machine/store-probe.ts';
import { type KindName, kinds, MachineRoot, machineRoot } from '../../support/machine-root.ts';

const CONFIG = '/etc/diuna/config.yaml';
const self = { platform: 'linux', uid: 1000, gids: [1000, 64991] };
const read = (machine: MachineRoot, config = CONFIG) => readMachine(new Files(machine.root), self, config);

describe.each(Object.keys(kinds) as KindName[])('of a %s', (name) => {
  it('reads the board, its chip and its devices', () => {
    const { model, revision, chip } = kinds[name];
    const found = read(machineRoot(name));
    const pi = model !== null;
    const [label, base, lines] = chip;
    expect(found).toMatchObject({
      board: { model, revision: pi ? revision : null },
      throttled: pi ? 0 : null,
      hasMem: pi,
      hasVcio: pi,
      clock: 'synchronized',
      uptimeS: 90_000.12,
      disks: pi ? [{ name: 'mmcblk0', writtenBytes: 2000 * 512 }] : [],
    });
    expect(found.spi).toMatchObject(pi ? [{ path: '/dev/spidev0.0', mode: 0o666 }] : []);
    expect(found.gpio).toMatchObject({ chips: pi ? [{ label, base, lines }] : [], exported: [], taken: null, hasGpiomon: pi });
  });
});

describe('of a machine', () => {
  it('finds the boot files where they are, and what they include', () => {
    const machine = new MachineRoot()
      .put('boot/config.txt', 'a=1\ninclude more.txt\ninclude ../etc/passwd\n')
      .put('boot/more.txt', 'b=2\n');
    expect(read(machine).boot).toEqual({ path: '/boot/config.txt', text: 'a=1\nb=2\n\ninclude ../etc/passwd\n' });
    machine.put('boot/firmware/config.txt', 'c=3\n');
    expect(read(machine).boot).toEqual({ path: '/boot/firmware/config.txt', text: 'c=3\n' });
  });

  it('reads modules, and those that are kept out', () => {
    const machine = new MachineRoot()
      .put('proc/modules', 'snd_bcm2835 24576 0 - Live 0x0 (C)\nsnd 1 1 snd_bcm2835, Live 0x0\n')
      .put('etc/modprobe.d/led.conf', '# blacklist a\nblacklist snd_bcm2835\n')
      .put('etc/modprobe.d/readme', 'blacklist b\n');
    const { modules, blacklist } = read(machine);
    expect([modules.has('snd_bcm2835'), modules.has('snd'), modules.has('b')]).toEqual([true, true, false]);
    expect(blacklist).toEqual(new Set(['snd_bcm2835']));
  });

  it.each([
    ['run/systemd/timesync/synchronized', 'synchronized'],
    ['run/systemd/timesync/clock', 'not_yet'],
    ['run/chrony/chronyd.pid', 'other'],
    ['run/else', 'none'],
  ])('knows by %s how the clock is kept: %s', (path, clock) => {
    expect(read(new MachineRoot().put(path)).clock).toBe(clock);
  });

  it('reads exported lines, and lines that somebody has', () => {
    const machine = machineRoot('Pi 4 v1.5').put('sys/class/gpio/gpio529/value').put('sys/kernel/debug/gpio', ' gpio-1 (a|b)\n');
    expect(read(machine).gpio).toMatchObject({ exported: [529], taken: [{ line: 1, by: 'b' }] });
  });

  it('reads an empty one, a pipe and a folder where files should be', () => {
    const machine = new MachineRoot().folder('proc/uptime').folder('sys/class/gpio/gpiochip0/label').folder('proc/net');
    execFileSync('mkfifo', [join(machine.root, 'proc/modules'), join(machine.root, 'proc/net/tcp')]);
    expect(read(machine)).toMatchObject({ board: { model: null, revision: null }, listening: [], boot: null, disks: [], unit: null });
  });

  it('finds input devices by path, name and number', () => {
    const machine = new MachineRoot()
      .put('dev/input/event3')
      .put('dev/input/by-path/platform-rotary-event')
      .put('dev/input/by-id/usb-event');
    const { devices, known } = readInputs(new Files(machine.root), ['/dev/input/event3', '3', 'platform-rotary-event', 'usb-event', 'x']);
    expect([...devices.values()].map((file) => file?.path)).toEqual([
      '/dev/input/event3',
      '/dev/input/event3',
      '/dev/input/by-path/platform-rotary-event',
      '/dev/input/by-id/usb-event',
      undefined,
    ]);
    expect(known).toEqual(['platform-rotary-event', 'usb-event']);
  });
});

describe('who runs it', () => {
  it('is whom the service names, with the groups of that user', () => {
    const { unit, account, hasRenderer } = read(machineRoot('Pi 4 v1.5'));
    expect(account).toEqual({ name: 'diuna', uid: 64990, gids: [64990, 64991, 64992, 64993], groups: ['diuna', 'spi', 'gpio', 'input'] });
    expect(unit).toMatchObject({ user: 'diuna', startsAsRoot: false });
    expect(hasRenderer).toBe(true);
  });

  it('is whoever asks, where the service runs another configuration, or there is none', () => {
    const machine = machineRoot('Pi 4 v1.5');
    expect(read(machine, '/home/pi/config.yaml')).toMatchObject({ unit: null, account: { name: '1000', groups: ['1000', 'spi'] } });
    expect(read(new MachineRoot())).toMatchObject({ unit: null, hasRenderer: false, account: { uid: 1000 } });
  });

  it('is whom a drop-in names, and root keeps the renderer with --user', () => {
    const machine = machineRoot('Pi 4 v1.5').put(
      'etc/systemd/system/diuna.service.d/own.conf',
      '[Service]\nUser=\nExecStart=\nExecStart=/usr/bin/diuna run -c /etc/diuna/config.yaml \\\n  --user lights\nSupplementaryGroups=spi\n',
    );
    machine.put('etc/passwd', 'lights:x:64995:64995::/:/bin/false\n');
    expect(read(machine)).toMatchObject({
      unit: { user: 'lights', startsAsRoot: true },
      account: { name: 'lights', uid: 64995, gids: [64995, 64991], groups: ['spi'] },
    });
  });
});

describe('the kernel says', () => {
  it('who has a line, numbered from a base or not', () => {
    const old = `gpiochip0: GPIOs 512-569, parent: platform/fe200000.gpio, pinctrl-bcm2711:
 gpio-512 (ID_SDA              )
 gpio-529 (GPIO17              |rotary@11           ) in  hi IRQ
 gpio-530 (                    |sysfs               ) in  lo

gpiochip1: GPIOs 570-577, parent: platform/soc:firmware:gpio, raspberrypi-exp-gpio, can sleep:
 gpio-572 (PWR_LED_OFF         |PWR                 ) out lo ACTIVE LOW
`;
    expect(parseTaken(old)).toEqual([
      { chip: 'pinctrl-bcm2711', line: 17, by: 'rotary@11' },
      { chip: 'pinctrl-bcm2711', line: 18, by: 'sysfs' },
      { chip: 'raspberrypi-exp-gpio', line: 2, by: 'PWR' },
    ]);
    const recent = 'gpiochip0: 54 GPIOs, parent: platform/1f000d0000.gpio, pinctrl-rp1:\n gpio-17 (GPIO17 |gpiomon ) in  hi IRQ\n';
    expect(parseTaken(recent)).toEqual([{ chip: 'pinctrl-rp1', line: 17, by: 'gpiomon' }]);
  });

  it('where programs listen', () => {
    const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n';
    const four = `${head}   0: 0100007F:075B 00000000:0000 0A 0\n   1: 00000000:0016 00000000:0000 0A 0\n   2: 0100007F:1F90 0100007F:A000 01 0\n`;
    expect(parseSockets(four)).toEqual([
      { host: '127.0.0.1', port: 1883 },
      { host: '', port: 22 },
    ]);
    const zeros = '0'.repeat(24);
    const rows = [
      `${zeros}01000000:0050`,
      `${zeros}00000000:0051`,
      '0000000000000000FFFF00000100007F:0052',
      'B80D01200000000000000000FF000000:0053',
    ];
    expect(parseSockets(`${head}${rows.map((row, at) => `   ${at}: ${row} 0:0 0A 0\n`).join('')}`)).toEqual([
      { host: '::1', port: 80 },
      { host: '', port: 81 },
      { host: '127.0.0.1', port: 82 },
      { host: '2001:db8:0:0:0:0:0:ff', port: 83 },
    ]);
  });
});

describe('the store', () => {
  it('is written to for a moment, and nothing stays', async () => {
    const machine = machineRoot('PC');
    const start = performance.now();
    const { folder, sync, freeBytes, heldBy } = await readStore(new Files(machine.root), '/var/lib/diuna');
    expect(performance.now() - start).toBeLessThan(2000);
    expect(folder).toMatchObject({
      exists: true,
      chain: [{ path: '/' }, { path: '/var' }, { path: '/var/lib' }, { path: '/var/lib/diuna' }],
    });
    expect(sync.kind).toMatch(/^(measured|late)$/);
    expect(freeBytes).toBeGreaterThan(0);
    expect(heldBy).toBeNull();
    expect(readdirSync(join(machine.root, 'var/lib/diuna'))).toEqual([]);
  });

  it('is not made where it is not there', async () => {
    const machine = machineRoot('PC');
    const { folder, sync } = await readStore(new Files(machine.root), '/var/lib/else/data');
    expect(folder).toMatchObject({ exists: false, chain: [{ path: '/' }, { path: '/var' }, { path: '/var/lib' }] });
    expect(sync).toEqual({ kind: 'skipped', why: 'there is no /var/lib/else/data yet' });
    expect(readdirSync(join(machine.root, 'var/lib'))).toEqual(['diuna']);
  });

  it.each([
    ['of a process that lives', { 'proc/77/stat': '' }, '{"pid":77,"start":"boot-1:5"}', 77],
    ['of a process that is gone', {}, '{"pid":77,"start":"boot-1:5"}', null],
    ['of another boot', { 'proc/77/stat': '' }, '{"pid":77,"start":"boot-0:5"}', null],
  ])('is held by a lock %s', async (_, files, lock, pid) => {
    const machine = machineRoot('PC').put('proc/sys/kernel/random/boot_id', 'boot-1\n').put('var/lib/diuna/lock', `${lock}\n`);
    for (const [path, text] of Object.entries(files)) machine.put(path, text);
    machine.folder('var/lib/diuna', 0o777);
    expect((await readStore(new Files(machine.root), '/var/lib/diuna')).heldBy).toBe(pid);
  });

  it('tells permissions as they are', async () => {
    const machine = machineRoot('PC');
    chmodSync(join(machine.root, 'etc/diuna/config.yaml'), 0o600);
    const { chain } = await readPath(new Files(machine.root), CONFIG);
    expect(chain.at(-1)).toMatchObject({ path: CONFIG, mode: 0o600, uid: process.getuid?.() });
  });
});
