import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Edge, EdgeText, inOrder } from '../../src/inputs/gpio-edges.ts';
import { saidFault } from '../../src/inputs/gpio-faults.ts';
import { gpiodVersion, gpiogetArguments, gpiomonArguments, listedChips, readLevels } from '../../src/inputs/gpio-tools.ts';

const edges = fc.array(
  fc.record({ pin: fc.nat(57), level: fc.constantFrom(0 as const, 1 as const), stampUs: fc.nat(2 ** 50) }).map((edge): Edge => edge),
  { maxLength: 20 },
);

function written(version: 1 | 2, { pin, level, stampUs }: Edge): string {
  const [seconds, microseconds] = [Math.floor(stampUs / 1e6), stampUs % 1e6];
  if (version === 1) return `${pin} ${level} ${seconds} ${microseconds * 1000 + 999}\n`;
  return `${pin} ${level === 1 ? 'rising' : 'falling'} ${seconds}.${String(microseconds * 1000 + 999).padStart(9, '0')}\n`;
}

function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.map((one) => one % (text.length + 1)).sort((one, other) => one - other), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

describe('what gpiomon writes', () => {
  it.each([1, 2] as const)('of version %i is read alike however it is cut', (version) => {
    fc.assert(
      fc.property(edges, fc.array(fc.nat()), (told, at) => {
        const text = new EdgeText(version);
        const read = cut(told.map((edge) => written(version, edge)).join(''), at).map((part) => text.push(part));
        expect(read.flatMap((one) => one.edges)).toEqual(told);
        expect(read.every(({ strange, listening }) => strange === null && !listening)).toBe(true);
      }),
    );
  });

  it('never throws and holds little, whatever comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(1 as const, 2 as const), fc.array(fc.string({ maxLength: 300 })), (version, parts) => {
        const text = new EdgeText(version);
        for (const part of parts) for (const { pin } of text.push(part).edges) expect(pin).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(new EdgeText(2).push('x'.repeat(201)).strange).toHaveLength(200);
    expect(new EdgeText(2).push('17 sideways 1.000000000\n').strange).toBe('17 sideways 1.000000000');
  });

  it('begins with a banner where version 2 listens to one line or several', () => {
    expect(new EdgeText(2).push("Monitoring line '17'...\n")).toEqual({ edges: [], listening: true, strange: null });
    expect(new EdgeText(2).push("Monitoring lines '17', '27', and '22'...\n").listening).toBe(true);
  });

  it('comes in the order of time again, those of a moment as they came', () => {
    const edge = (pin: number, stampUs: number): Edge => ({ pin, level: 1, stampUs });
    expect(inOrder([edge(17, 20), edge(17, 40), edge(27, 10), edge(27, 20)]).map(({ pin }) => pin)).toEqual([27, 17, 27, 17]);
  });
});

describe('the programs of gpiod', () => {
  it('are known by their version', () => {
    expect(gpiodVersion('gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018 Bartosz Golaszewski\n')).toBe(1);
    expect(gpiodVersion('gpiomon (libgpiod) v2.2.1\nCopyright')).toBe(2);
    expect(gpiodVersion('gpiomon (libgpiod) v3.0\n')).toBeNull();
    expect(gpiodVersion('')).toBeNull();
  });

  it('list their chips', () => {
    const said = 'gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [raspberrypi-exp-gpio] (8 lines)\n';
    expect(listedChips(said)).toEqual([
      { name: 'gpiochip0', label: 'pinctrl-bcm2711', lines: 58 },
      { name: 'gpiochip1', label: 'raspberrypi-exp-gpio', lines: 8 },
    ]);
    expect(listedChips('')).toEqual([]);
  });

  it('are asked in the words of their version', () => {
    const request = { chip: 'gpiochip0', pins: [17, 27], pull: 'none' } as const;
    expect(gpiogetArguments(1, { ...request, pull: 'up' })).toEqual(['--bias=pull-up', 'gpiochip0', '17', '27']);
    expect(gpiogetArguments(2, { ...request, pull: 'down' })).toEqual([
      '--numeric',
      '--bias',
      'pull-down',
      '--chip',
      'gpiochip0',
      '17',
      '27',
    ]);
    expect(gpiomonArguments(1, request)).toContain('--bias=disable');
    expect(gpiomonArguments(2, request).join(' ')).toContain('--bias disabled');
  });

  it('tell levels, or something else', () => {
    expect(readLevels('1 0 1\n', 3)).toEqual([1, 0, 1]);
    expect(readLevels('1 0\n', 3)).toBeNull();
    expect(readLevels('"17"=active\n', 1)).toBeNull();
  });

  it.each([
    ['gpiomon: error waiting for events: Device or resource busy', 'gpio_busy'],
    ['gpiomon: unable to request lines on chip /dev/gpiochip0: Device or resource busy', 'gpio_busy'],
    ['gpiodetect: unable to access GPIO chips: Permission denied', 'gpio_no_permission'],
    ["gpiomon: cannot find GPIO chip character device 'pcf'", 'gpio_no_chip'],
    ['gpiomon: error waiting for events: No such file or directory', 'gpio_no_chip'],
    ['gpiomon: error reading line events: No such device', 'gpio_no_chip'],
    ["gpiomon: cannot find line '99'", 'gpio_no_line'],
    ['gpiomon: error waiting for events: Invalid argument', 'gpio_no_line'],
    ['it ended with SIGKILL', 'gpio_failed'],
  ])('%s', (said, code) => {
    const fault = saidFault('gpiomon', said);
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(said);
    expect(fault.cure).not.toBe('');
  });
});
