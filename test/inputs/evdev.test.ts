import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EvdevDriver } from '../../src/inputs/evdev.ts';
import { deviceFault } from '../../src/inputs/evdev-device.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { until } from '../support/until.ts';
import { eventBytes } from './event-bytes.ts';
import { faultOf, Heard } from './heard.ts';

const signal = new AbortController().signal;
const opened: EvdevDriver[] = [];
const places: Input[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((driver) => driver.close()));
  for (const place of places.splice(0)) place.remove();
});

/** /dev/input with FIFOs for devices, which the test writes events to. */
class Input {
  readonly root = mkdtempSync(join(tmpdir(), 'diuna-input-'));
  readonly #devices = new Map<string, number>();

  constructor() {
    places.push(this);
    mkdirSync(join(this.root, 'by-path'));
  }

  device(name: string, link?: string): this {
    const path = join(this.root, name);
    execFileSync('mkfifo', [path]);
    this.#devices.set(name, openSync(path, 'r+'));
    if (link !== undefined) symlinkSync(`../${name}`, join(this.root, 'by-path', link));
    return this;
  }

  write(name: string, bytes: Buffer): void {
    writeSync(this.#devices.get(name) ?? -1, bytes);
  }

  remove(): void {
    for (const file of this.#devices.values()) closeSync(file);
    rmSync(this.root, { recursive: true });
  }
}

function driver(
  input: Input,
  devices: readonly string[],
  more: { environment?: NodeJS.ProcessEnv; eventBytes?: 24 | 16 } = {},
): EvdevDriver {
  const made = new EvdevDriver({ clock: realClock, devices, root: input.root, eventBytes: 24, ...more });
  opened.push(made);
  return made;
}

const nowUs = () => Date.now() * 1000;
const turn = (value: number, size: 24 | 16 = 24, stampUs = nowUs()) =>
  Buffer.concat([eventBytes({ stampUs, type: 2, code: 0, value }, size), eventBytes({ stampUs, type: 0, code: 0, value: 0 }, size)]);
const press = (down: boolean) => eventBytes({ stampUs: nowUs(), type: 1, code: 256, value: down ? 1 : 0 }, 24);

/** The processes that this one has started and that still run. */
function children(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return fields[1] === String(process.pid) && fields[0] !== 'Z';
    } catch {
      return false;
    }
  });
}

describe('a knob that the kernel decodes', () => {
  it('turns and is pressed, with times that never decrease', async () => {
    const input = new Input().device('event0');
    const heard = new Heard();
    await driver(input, ['event0']).open(signal, heard);
    input.write('event0', turn(1));
    input.write('event0', turn(-1));
    input.write('event0', press(true));
    input.write('event0', press(false));
    await until(() => heard.signals.length === 4, 'four events');
    expect(heard.short).toEqual(['turned 1', 'turned -1', 'down', 'up']);
    expect(heard.times).toEqual(heard.times.toSorted((one, other) => one - other));
    expect(Math.abs((heard.times[0] ?? 0) - realClock.monotonicUs())).toBeLessThan(1_000_000);
  });

  it('reads the small events of a 32-bit system', async () => {
    const input = new Input().device('event0');
    const heard = new Heard();
    await driver(input, ['event0'], { eventBytes: 16 }).open(signal, heard);
    input.write('event0', turn(3, 16));
    await until(() => heard.short.includes('turned 3'), 'the turn');
  });

  it.each([['event1'], ['1'], ['platform-rotary@11-event']])('is found as %s', async (name) => {
    const input = new Input().device('event1', 'platform-rotary@11-event');
    const heard = new Heard();
    await driver(input, [name]).open(signal, heard);
    input.write('event1', turn(1));
    await until(() => heard.signals.length === 1, 'a turn');
  });

  it('has a button on another device, and is read once where both are one', async () => {
    const input = new Input().device('event0').device('event1');
    const before = children().length;
    const heard = new Heard();
    await driver(input, ['event0', 'event1']).open(signal, heard);
    input.write('event0', turn(1));
    await until(() => heard.signals.length === 1, 'the turn');
    input.write('event1', press(true));
    await until(() => heard.signals.length === 2, 'the press');
    expect(heard.short).toEqual(['turned 1', 'down']);
    expect(children().length - before).toBe(2);
    await driver(input, [join(input.root, 'event0'), join(input.root, 'event0')]).open(signal, new Heard());
    expect(children().length - before).toBe(3);
  });

  it('loses nothing while this process is busy, and keeps the times', async () => {
    const input = new Input().device('event0');
    const heard = new Heard();
    await driver(input, ['event0']).open(signal, heard);
    input.write('event0', turn(1));
    await until(() => heard.signals.length === 1, 'the first turn');
    const start = nowUs();
    input.write('event0', Buffer.concat(Array.from({ length: 1000 }, (_, index) => turn(1, 24, start + index * 200))));
    while (nowUs() < start + 250_000);
    await until(() => heard.signals.length === 1001, 'all turns');
    expect((heard.times.at(-1) ?? 0) - (heard.times[1] ?? 0)).toBeGreaterThan(150_000);
  });

  it('gives its device back on close, leaves no process behind, and can be opened again', async () => {
    const input = new Input().device('event0');
    const before = children().length;
    const knob = driver(input, ['event0']);
    const heard = new Heard();
    await knob.open(signal, heard);
    expect(children().length).toBe(before + 1);
    await knob.close();
    await knob.close();
    expect(children().length).toBe(before);
    await knob.open(signal, heard);
    input.write('event0', turn(1));
    await until(() => heard.signals.length === 1, 'a turn');
    expect(heard.faults).toEqual([]);
  });

  it('a device that goes is a fault, told once; it is found again when it is back', async () => {
    const input = new Input().device('event0').device('event1');
    const gone = join(input.root, 'bin');
    mkdirSync(gone);
    writeFileSync(join(gone, 'cat'), '#!/bin/sh\necho "cat: -: No such device" >&2\nexit 1\n');
    chmodSync(join(gone, 'cat'), 0o755);
    const heard = new Heard();
    const environment = { PATH: `${gone}:${process.env['PATH'] ?? ''}` };
    const knob = driver(input, ['event0', 'event1'], { environment });
    await knob.open(signal, heard);
    await until(() => heard.faults.length > 0, 'the fault');
    expect(heard.faults).toMatchObject([{ code: 'evdev_gone', lasting: false }]);
    rmSync(join(gone, 'cat'));
    await knob.open(signal, heard);
    input.write('event1', press(true));
    await until(() => heard.signals.length === 1, 'the press');
    expect(heard.faults).toHaveLength(1);
  });
});

describe('a device that cannot be read', () => {
  it('and is not there: says which are', async () => {
    const input = new Input().device('event3', 'platform-rotary@11-event');
    const fault = await faultOf(driver(input, ['platform-rotary@4-event']).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'evdev_no_device', lasting: false, message: expect.stringContaining('platform-rotary@11-event') });
  });

  it('and is something else is refused for good', async () => {
    const input = new Input();
    const fault = await faultOf(driver(input, [join(input.root, 'by-path')]).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'evdev_no_device', lasting: true });
  });

  it.each([
    ['EACCES', 'evdev_no_permission', 'usermod -aG input'],
    ['EPERM', 'evdev_no_permission', 'DeviceAllow=char-input r'],
    ['ENODEV', 'evdev_no_device', 'dtoverlay=rotary-encoder'],
    ['EIO', 'evdev_failed', 'evtest'],
  ])('%s is told with a cure', async (code, expected, cure) => {
    const fault = await deviceFault(Object.assign(new Error('said'), { code }), '/dev/input', '/dev/input/event0');
    expect(fault).toMatchObject({ code: expected, lasting: false, cure: expect.stringContaining(cure) });
  });

  it('one of two: nothing is left open', async () => {
    const input = new Input().device('event0');
    const before = children().length;
    await faultOf(driver(input, ['event0', 'event9']).open(signal, new Heard()));
    expect(children().length).toBe(before);
  });
});
