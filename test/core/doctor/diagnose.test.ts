/** What `diuna doctor` says of a machine: of one with something wrong, case by case, and of a healthy one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/core/doctor/diagnose.ts';
import type { MachineFacts } from '../../../src/core/doctor/facts.ts';
import { boot, byGpio, type Case, gpio, onoff, onPort, store } from './cases/case.ts';
import { knobsCases } from './cases/knobs.ts';
import { machineCases } from './cases/machine.ts';
import { rendererCases } from './cases/renderer.ts';
import { storeCases } from './cases/store.ts';
import { stripsCases } from './cases/strips.ts';
import { clocked, facts, knob, renderer, simulated, wired } from './healthy.ts';

const cases: readonly Case[] = [...machineCases, ...rendererCases, ...stripsCases, ...knobsCases, ...storeCases];

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

  it('all is well with the renderer’s service, whatever it is doing', () => {
    const answers = [
      { kind: 'welcome' },
      { kind: 'closed' },
      { kind: 'refused', reason: 'another daemon has the renderer of this service' },
    ] as const;
    for (const answer of answers)
      expect(diagnose(facts(wired, {}, { renderer: { ...renderer, answer } })).filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it('a pull that config.txt sets is well', () => {
    const lines = boot('dtparam=spi=on\ngpio=0-27=ip,pd\ngpio=17,22-27=ip,pu\n');
    const pulled = (pull: string) => diagnose(facts(knob(`${onoff}, pull: ${pull}`), lines)).filter(({ id }) => id === 'gpio_pull');
    expect(pulled('up')).toMatchObject([{ level: 'ok' }]);
    expect(pulled('down')).toMatchObject([{ level: 'note' }]);
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
