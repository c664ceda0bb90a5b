import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type PinLine, pinLines } from '../../src/inputs/gpio-lines.ts';
import { InputError } from '../../src/inputs/knob-driver.ts';
import { OnoffDriver } from '../../src/inputs/onoff.ts';
import { lineFault } from '../../src/inputs/onoff-faults.ts';
import { loadOnoff, type OnoffGpio, type OnoffModule } from '../../src/inputs/onoff-module.ts';
import { FakeClock } from '../support/fakes.ts';
import { until } from '../support/until.ts';
import { faultOf, Heard } from './heard.ts';

const signal = new AbortController().signal;
const lines = pinLines({ clk: 17, dt: 27, switch: 22 });
const places: Sysfs[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

/** /sys/class/gpio as a folder, with a kernel that makes the files of what is exported. */
class Sysfs {
  readonly root = mkdtempSync(join(tmpdir(), 'diuna-sysfs-'));
  readonly made: FakeGpio[] = [];
  readonly module: OnoffModule;
  omit: readonly string[] = [];
  readonly #kernel = setInterval(() => this.#look(), 1);

  constructor(chips: Readonly<Record<string, readonly [base: number, lines: number]>>) {
    places.push(this);
    for (const name of ['export', 'unexport']) this.put(name, '');
    for (const [label, [base, count]] of Object.entries(chips)) {
      this.put(`gpiochip${base}/label`, `${label}\n`);
      this.put(`gpiochip${base}/base`, `${base}\n`);
      this.put(`gpiochip${base}/ngpio`, `${count}\n`);
    }
    const { root, made } = this;
    this.module = {
      Gpio: class extends FakeGpio {
        constructor(number: number) {
          super(root, number);
          made.push(this);
        }
      },
    };
  }

  put(path: string, text: string): void {
    mkdirSync(join(this.root, path, '..'), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Makes a line's files, at a level. */
  line(number: number, level = 1): void {
    const files = { value: `${level}\n`, direction: 'in\n', edge: 'none\n', active_low: '0\n' };
    for (const [name, text] of Object.entries(files)) {
      if (!this.omit.includes(name)) this.put(`gpio${number}/${name}`, text);
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8').trim();
  }

  remove(): void {
    clearInterval(this.#kernel);
    rmSync(this.root, { recursive: true });
  }

  #look(): void {
    if (!existsSync(join(this.root, 'export'))) return;
    const wanted = this.read('export');
    if (wanted !== '' && !existsSync(join(this.root, `gpio${wanted}`))) this.line(Number(wanted));
  }
}

/** Does with the files what onoff 6 does; passes over what it cannot set where a line was exported already. */
class FakeGpio implements OnoffGpio {
  readonly number: number;
  readonly #root: string;
  #listeners: ((error: Error | null, value: number) => void)[] = [];
  isOpen = true;

  constructor(root: string, number: number) {
    this.#root = root;
    this.number = number;
    for (const [name, text] of Object.entries({ active_low: '0', direction: 'in', edge: 'both' })) {
      if (!existsSync(join(root, 'stubborn'))) writeFileSync(this.#path(name), text);
    }
    this.readSync();
  }

  readSync(): number {
    return Number(readFileSync(this.#path('value'), 'utf8').trim());
  }

  watch(callback: (error: Error | null, value: number) => void): void {
    this.#listeners.push(callback);
  }

  unwatchAll(): void {
    this.#listeners = [];
  }

  direction(): string {
    return readFileSync(this.#path('direction'), 'utf8').trim();
  }

  edge(): string {
    return readFileSync(this.#path('edge'), 'utf8').trim();
  }

  activeLow(): boolean {
    return readFileSync(this.#path('active_low'), 'utf8').trim() === '1';
  }

  unexport(): void {
    this.unwatchAll();
    this.isOpen = false;
    writeFileSync(join(this.#root, 'unexport'), String(this.number), { flag: 'a' });
  }

  /** The kernel wakes it: it reads the level, and tells it. */
  wake(): void {
    const value = this.readSync();
    for (const listener of [...this.#listeners]) listener(null, value);
  }

  #path(name: string): string {
    return join(this.#root, `gpio${this.number}`, name);
  }
}

function driver(sysfs: Sysfs, options: { chip?: string; pins?: readonly PinLine[]; clock?: FakeClock } = {}): OnoffDriver {
  const { chip = null, pins = lines, clock = new FakeClock() } = options;
  return new OnoffDriver({ clock, lines: pins, chip, root: sysfs.root, load: () => sysfs.module });
}

describe('the numbers of the lines', () => {
  it.each([
    ['a Pi 3 before Linux 6.6', { 'pinctrl-bcm2835': [0, 54], 'raspberrypi-exp-gpio': [504, 8] }, [17, 27, 22]],
    ['a Pi 4 since', { 'raspberrypi-exp-gpio': [570, 8], 'pinctrl-bcm2711': [512, 58] }, [529, 539, 534]],
    ['a Pi 5', { 'gpio-brcmstb@107d508500': [512, 32], 'pinctrl-rp1': [569, 54] }, [586, 596, 591]],
    ['a Pi 5 of another kernel', { 'pinctrl-rp1': [571, 54] }, [588, 598, 593]],
  ] as const)('of %s are its base and the BCM numbers', async (_, chips, expected) => {
    const sysfs = new Sysfs(chips);
    const knob = driver(sysfs);
    await knob.open(signal, new Heard());
    expect(sysfs.made.map(({ number }) => number)).toEqual(expected);
    await knob.close();
  });

  it('a chip can be named by its label', async () => {
    const sysfs = new Sysfs({ 'pinctrl-bcm2711': [512, 58], pcf8574a: [600, 8] });
    const knob = driver(sysfs, { chip: 'pcf8574a', pins: pinLines({ switch: 3 }) });
    await knob.open(signal, new Heard());
    expect(sysfs.made.map(({ number }) => number)).toEqual([603]);
    await knob.close();
  });

  it('no chip of the header: says which there are', async () => {
    const fault = await faultOf(driver(new Sysfs({ 'gpio-ich': [512, 76] })).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'onoff_no_chip', lasting: false, message: expect.stringContaining('gpio-ich') });
  });

  it('a pin beyond the chip is refused for good', async () => {
    const sysfs = new Sysfs({ 'pinctrl-bcm2835': [512, 54] });
    const fault = await faultOf(driver(sysfs, { pins: pinLines({ switch: 54 }) }).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'onoff_no_line', lasting: true });
  });

  it('a kernel without sysfs GPIO: says to use the other driver', async () => {
    const sysfs = new Sysfs({});
    rmSync(join(sysfs.root, 'export'));
    const fault = await faultOf(driver(sysfs).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'onoff_no_sysfs', lasting: true, cure: expect.stringContaining('driver: gpio') });
  });
});

describe('a knob by onoff', () => {
  const chips = { 'pinctrl-bcm2711': [512, 58] } as const;

  it('tells the level of each line, then each change', async () => {
    const sysfs = new Sysfs(chips);
    sysfs.line(534, 0);
    const clock = new FakeClock();
    const knob = driver(sysfs, { clock });
    const heard = new Heard();
    clock.monotonic = 1000;
    await knob.open(signal, heard);
    expect(heard.short).toEqual(['clk 1', 'dt 1', 'switch 0']);
    clock.monotonic = 2000;
    sysfs.put('gpio529/value', '0\n');
    sysfs.made[0]?.wake();
    expect(heard.signals.at(-1)).toEqual({ kind: 'level', line: 'clk', level: 0, atUs: 2000 });
    await knob.close();
  });

  it('listens to both edges, also of a line that a crashed run left as an output', async () => {
    const sysfs = new Sysfs(chips);
    sysfs.line(534);
    sysfs.put('gpio534/direction', 'out\n');
    sysfs.put('gpio534/active_low', '1\n');
    const knob = driver(sysfs, { pins: pinLines({ switch: 22 }) });
    await knob.open(signal, new Heard());
    expect([sysfs.read('gpio534/direction'), sysfs.read('gpio534/edge'), sysfs.read('gpio534/active_low')]).toEqual(['in', 'both', '0']);
    expect(sysfs.read('export')).toBe('');
    await knob.close();
  });

  it('a line that was exported already and cannot be set up is given back and refused', async () => {
    const sysfs = new Sysfs(chips);
    sysfs.line(534);
    sysfs.put('stubborn', '');
    const fault = await faultOf(driver(sysfs, { pins: pinLines({ switch: 22 }) }).open(signal, new Heard()));
    expect(fault.code).toBe('onoff_not_set');
    expect(sysfs.made.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  it('gives its lines back on close, and can be opened again', async () => {
    const sysfs = new Sysfs(chips);
    const knob = driver(sysfs);
    const heard = new Heard();
    await knob.open(signal, heard);
    await knob.close();
    await knob.close();
    expect(sysfs.read('unexport')).toBe('529539534');
    sysfs.made[0]?.wake();
    expect(heard.signals).toHaveLength(3);
    await knob.open(signal, heard);
    expect(heard.signals).toHaveLength(6);
    await knob.close();
  });

  it('fails once, and gives back all its lines, when one of them is taken away', async () => {
    const sysfs = new Sysfs(chips);
    const knob = driver(sysfs);
    const heard = new Heard();
    await knob.open(signal, heard);
    rmSync(join(sysfs.root, 'gpio539'), { recursive: true });
    sysfs.made[1]?.wake();
    sysfs.made[0]?.wake();
    expect(heard.faults.map(({ code }) => code)).toEqual(['onoff_failed']);
    expect(heard.signals).toHaveLength(3);
    expect(sysfs.made.every(({ isOpen }) => !isOpen)).toBe(true);
  });

  it('notices a line that is taken away without a word, and a change that was missed', async () => {
    const sysfs = new Sysfs(chips);
    const knob = driver(sysfs);
    const heard = new Heard();
    await knob.open(signal, heard);
    sysfs.put('gpio529/value', '0\n');
    await until(() => heard.short.at(-1) === 'clk 0', 'the level');
    rmSync(join(sysfs.root, 'gpio539'), { recursive: true });
    await until(() => heard.faults.length > 0, 'the fault');
    expect(heard.signals).toHaveLength(4);
    await knob.close();
  });

  it('a line of which a file stays out of reach is refused after a while', async () => {
    const codes = ['value', 'edge'].map(async (name) => {
      const sysfs = new Sysfs(chips);
      sysfs.omit = [name];
      const { code } = await faultOf(driver(sysfs).open(signal, new Heard()));
      return `${code}, gave back ${sysfs.read('unexport')}`;
    });
    expect(await Promise.all(codes)).toEqual(['onoff_no_permission, gave back 529', 'onoff_no_interrupt, gave back 529']);
  });

  it('does not wait on when it is told to stop', async () => {
    const sysfs = new Sysfs(chips);
    sysfs.omit = ['value'];
    const stop = new AbortController();
    const opening = driver(sysfs).open(stop.signal, new Heard());
    stop.abort(new Error('stopped'));
    await expect(opening).rejects.toThrow();
  });

  it.each([
    ['EACCES', 'onoff_no_permission', 'usermod -aG gpio'],
    ['EPERM', 'onoff_no_permission', 'usermod -aG gpio'],
    ['EROFS', 'onoff_read_only', 'ProtectKernelTunables'],
    ['EBUSY', 'onoff_busy', 'gpioinfo'],
    ['EIO', 'onoff_failed', 'gpioinfo'],
  ])('%s is told with a cure', (code, expected, cure) => {
    const fault = lineFault(Object.assign(new Error('said'), { code }), 17, '/sys/class/gpio/export');
    expect(fault).toMatchObject({ code: expected, cure: expect.stringContaining(cure) });
  });
});

it('the package is loaded as it is, or says that it is missing', () => {
  try {
    expect(typeof loadOnoff().Gpio).toBe('function');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'onoff_missing', lasting: true, cure: expect.stringContaining('driver: gpio') });
  }
});
