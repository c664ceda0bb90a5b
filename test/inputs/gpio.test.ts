import { afterEach, describe, expect, it } from 'vitest';
import { kernelMonotonicUs } from '../../src/inputs/event-time.ts';
import { GpioDriver } from '../../src/inputs/gpio.ts';
import { pinLines } from '../../src/inputs/gpio-lines.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { until } from '../support/until.ts';
import { GpiodTools } from './gpiod-tools.ts';
import { faultOf, Heard } from './heard.ts';

const signal = new AbortController().signal;
const lines = pinLines({ clk: 17, dt: 27, switch: 22 });
const opened: { close(): Promise<void> }[] = [];
const places: GpiodTools[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((driver) => driver.close()));
  for (const place of places.splice(0)) place.remove();
});

function tools(version: '1.6.3' | '2.2.1'): GpiodTools {
  const made = new GpiodTools(version);
  places.push(made);
  return made;
}

function driver(programs: GpiodTools, chip: string | null = null, pins = lines): GpioDriver {
  const made = new GpioDriver({ clock: realClock, lines: pins, pull: 'up', chip, environment: programs.environment });
  opened.push(made);
  return made;
}

/** As gpiomon of a version writes it. */
function edge(version: string, pin: number, level: 0 | 1, us: number): string {
  const [seconds, nanoseconds] = [Math.floor(us / 1e6), (us % 1e6) * 1000];
  if (version.startsWith('1')) return `${pin} ${level} ${seconds} ${nanoseconds}\n`;
  return `${pin} ${level === 1 ? 'rising' : 'falling'} ${seconds}.${String(nanoseconds).padStart(9, '0')}\n`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.each(['1.6.3', '2.2.1'] as const)('a knob by gpiomon %s', (version) => {
  it('tells the level of each line, then edges at the time that the kernel gave them', async () => {
    const programs = tools(version);
    const heard = new Heard();
    await driver(programs).open(signal, heard);
    expect(heard.short).toEqual(['clk 1', 'dt 1', 'switch 0']);
    const now = kernelMonotonicUs();
    programs.write(edge(version, 17, 0, now + 1000) + edge(version, 27, 0, now + 2500));
    await until(() => heard.signals.length === 5, 'two edges');
    expect(heard.short.slice(3)).toEqual(['clk 0', 'dt 0']);
    expect(heard.times).toEqual(heard.times.toSorted((one, other) => one - other));
    expect(heard.faults).toEqual([]);
  });

  it('puts edges in order that came the wrong way round', async () => {
    const programs = tools(version);
    const heard = new Heard();
    await driver(programs).open(signal, heard);
    const now = kernelMonotonicUs();
    const told = [
      edge(version, 17, 0, now + 200),
      edge(version, 17, 1, now + 400),
      edge(version, 27, 0, now + 100),
      edge(version, 27, 1, now + 300),
    ];
    programs.write(told.join(''));
    await until(() => heard.signals.length === 7, 'four edges');
    expect(heard.short.slice(3)).toEqual(['dt 0', 'clk 0', 'dt 1', 'clk 1']);
  });

  it('one process listens to all lines, on the chip of the header, with pull resistors', async () => {
    const programs = tools(version);
    await driver(programs).open(signal, new Heard());
    expect(programs.calls('gpiomon')).toHaveLength(1);
    expect(programs.calls('gpiomon')[0]).toMatch(/pull-up.* gpiochip0 17 27 22$/);
    expect(programs.calls('gpioget')[0]).toMatch(/pull-up.* gpiochip0 17 27 22$/);
  });

  it('ends its process on close, and can be opened again', async () => {
    const programs = tools(version);
    const knob = driver(programs);
    const heard = new Heard();
    await knob.open(signal, heard);
    const first = programs.pid;
    expect(isAlive(first)).toBe(true);
    await knob.close();
    await knob.close();
    expect(isAlive(first)).toBe(false);
    await knob.open(signal, heard);
    expect(programs.pid).not.toBe(first);
    expect(heard.signals).toHaveLength(6);
    expect(heard.faults).toEqual([]);
  });

  it('fails once when its process ends, and works again when it is opened anew', async () => {
    const programs = tools(version);
    const knob = driver(programs);
    const heard = new Heard();
    await knob.open(signal, heard);
    process.kill(programs.pid, 'SIGKILL');
    await until(() => heard.faults.length > 0, 'the fault');
    expect(heard.faults.map(({ code, lasting }) => [code, lasting])).toEqual([['gpio_failed', false]]);
    await knob.open(signal, heard);
    programs.write(edge(version, 22, 1, kernelMonotonicUs()));
    await until(() => heard.short.at(-1) === 'switch 1', 'an edge');
    expect(heard.faults).toHaveLength(1);
  });

  it('a line in use is a fault of opening that may pass', async () => {
    const programs = tools(version);
    const knob = driver(programs);
    for (const program of ['gpioget', 'gpiomon'] as const) {
      programs.fails(program, `${program}: unable to request lines: Device or resource busy`);
      expect(await faultOf(knob.open(signal, new Heard()))).toMatchObject({ code: 'gpio_busy', lasting: false });
      programs.mends(program);
    }
    await knob.open(signal, new Heard());
  });

  it('no permission is told with its cure', async () => {
    const programs = tools(version);
    programs.fails('gpiodetect', 'gpiodetect: unable to access GPIO chips: Permission denied');
    const fault = await faultOf(driver(programs).open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'gpio_no_permission', cure: expect.stringContaining('usermod -aG gpio') });
  });

  it('a unit that closes GPIO is told with its own cure, which no reload is', async () => {
    const programs = tools(version);
    programs.fails('gpiodetect', 'gpiodetect: unable to open chip: Operation not permitted');
    const fault = await faultOf(driver(programs).open(signal, new Heard()));
    expect(fault).toMatchObject({
      code: 'gpio_no_permission',
      cure: expect.stringMatching(/systemctl restart diuna.*DeviceAllow=char-gpiochip rw/),
    });
  });

  it('what cannot be read ends it instead of being taken for something', async () => {
    const programs = tools(version);
    const heard = new Heard();
    await driver(programs).open(signal, heard);
    programs.write('oops\n');
    await until(() => heard.faults.length > 0, 'the fault');
    expect(heard.faults[0]?.code).toBe('gpio_unreadable');
    await until(() => !isAlive(programs.pid), 'its end');
  });

  it('a stop while it opens leaves no process behind', async () => {
    const programs = tools(version);
    programs.put('mute', '');
    const stop = new AbortController();
    const opening = driver(programs).open(stop.signal, new Heard());
    await until(() => programs.calls('gpiomon').length > 0, 'gpiomon');
    stop.abort(new Error('stopped'));
    await expect(opening).rejects.toThrow('stopped');
    await until(() => !isAlive(programs.pid), 'its end');
  });
});

describe('a knob by gpiomon', () => {
  it('loses nothing while this process is busy, and keeps the times', async () => {
    const programs = tools('2.2.1');
    const heard = new Heard();
    await driver(programs).open(signal, heard);
    const start = kernelMonotonicUs();
    const told = Array.from({ length: 1000 }, (_, index) => edge('2', 17, index % 2 === 0 ? 0 : 1, start + index * 100));
    programs.write(told.join(''));
    while (kernelMonotonicUs() < start + 200_000); // busy
    await until(() => heard.signals.length === 1003, 'all edges');
    const times = heard.times.slice(3);
    const gaps = times.slice(1).map((us, index) => us - (times[index] ?? 0));
    expect(gaps.filter((us) => us > 0).length).toBeGreaterThan(500);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(50_000);
  });

  it.each([
    ['pinctrl-rp1', 'gpiochip0 [gpio-brcmstb@107d508500] (32 lines)\ngpiochip4 [pinctrl-rp1] (54 lines)\n', null, 'gpiochip4'],
    ['a label', 'gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip2 [pcf8574a] (40 lines)\n', 'pcf8574a', 'gpiochip2'],
    ['a name', '', 'gpiochip7', 'gpiochip7'],
    ['a path', '', '/dev/gpiochip7', '/dev/gpiochip7'],
  ])('finds the chip by %s', async (_, chips, chip, expected) => {
    const programs = tools('2.2.1');
    programs.put('chips', chips);
    await driver(programs, chip).open(signal, new Heard());
    expect(programs.calls('gpiomon')[0]).toContain(`--chip ${expected} 17`);
  });

  it('a chip that is not there: says which are', async () => {
    const programs = tools('2.2.1');
    const fault = await faultOf(driver(programs, 'pinctrl-rp1').open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'gpio_no_chip', message: expect.stringContaining('gpiochip0 (pinctrl-bcm2711)') });
  });

  it('a pin beyond the chip is refused for good', async () => {
    const fault = await faultOf(driver(tools('2.2.1'), 'raspberrypi-exp-gpio').open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'gpio_no_line', lasting: true });
  });

  it('without the package gpiod it says what to install', async () => {
    const knob = new GpioDriver({ clock: realClock, lines, pull: 'up', chip: null, environment: { PATH: '/nonexistent' } });
    const fault = await faultOf(knob.open(signal, new Heard()));
    expect(fault).toMatchObject({ code: 'gpio_tool_missing', lasting: false, cure: expect.stringContaining('apt install gpiod') });
  });

  it('a gpiomon of another make is refused', async () => {
    const programs = tools('2.2.1');
    programs.put('version', 'gpiomon 7\n');
    expect((await faultOf(driver(programs).open(signal, new Heard()))).code).toBe('gpio_tool_unknown');
  });

  it('levels that cannot be read are refused', async () => {
    const programs = tools('2.2.1');
    programs.put('levels', '"17"=active\n');
    expect((await faultOf(driver(programs).open(signal, new Heard()))).code).toBe('gpio_unreadable');
  });
});
