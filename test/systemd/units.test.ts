/** The units as systemd reads them: no mistakes, and how exposed they are. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { unitFor } from '../../src/cli/service/units.ts';
import { hasProgram } from '../support/programs.ts';

const MOST_EXPOSED = 1.5;
const MOST_EXPOSED_WITH_NETWORK = 2;
const shipped = (unit: string) => new URL(`../../systemd/${unit}`, import.meta.url).pathname;
const units = ['diuna.service', 'diuna-renderer.service'] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-units-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What one writes by hand to give root's part the network. */
function dropInOfReadme(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const block = /```ini\n(\[Service\]\nPrivateNetwork=no\n[^`]*)```/.exec(readme)?.[1];
  if (block === undefined) throw new Error('the README has no such block');
  return block;
}

function exposureOf(path: string): number {
  const text = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], { encoding: 'utf8' });
  return Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(text)?.[1]);
}

/** As installed here; what the unit runs must be there for systemd to be content. */
function installed(unit: string, hosts: readonly (string | null)[] = []): string {
  const path = join(folder, unit);
  const place = { node: process.execPath, script: '/opt/diuna/dist/diuna.js', user: 'daemon', group: 'daemon', hosts };
  writeFileSync(path, unitFor(readFileSync(shipped(unit), 'utf8'), place));
  return path;
}

describe.runIf(hasProgram('systemd-analyze'))('systemd', () => {
  it.each(units)('finds %s hardly exposed, as it ships and as it is installed', (unit) => {
    expect(exposureOf(shipped(unit))).toBeLessThanOrEqual(MOST_EXPOSED);
    expect(exposureOf(installed(unit))).toBeLessThanOrEqual(MOST_EXPOSED);
  });

  it('finds root’s part little more exposed where it reaches controllers in the house', () => {
    expect(exposureOf(installed('diuna-renderer.service', ['192.168.0.7', null]))).toBeLessThanOrEqual(MOST_EXPOSED_WITH_NETWORK);
  });

  it.each<[what: string, hosts: (string | null)[], dropIn: string | null]>([
    ['', [], null],
    [' with controllers by address', ['192.168.0.7', '2001:db8::1'], null],
    [' with controllers by name', ['wled.local'], null],
    [' with the drop-in of the README', [], dropInOfReadme()],
  ])('finds no mistake in them%s', (_, hosts, dropIn) => {
    const paths = units.map((unit) => installed(unit, hosts));
    const dropIns = join(folder, 'diuna-renderer.service.d');
    if (dropIn !== null) {
      mkdirSync(dropIns);
      writeFileSync(join(dropIns, 'override.conf'), dropIn);
    }
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
    rmSync(dropIns, { recursive: true, force: true });
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('diuna'));
    expect({ status, ours }).toEqual({ status: 0, ours: [] });
  });

  it('would find a mistake', () => {
    const path = join(folder, 'diuna-wrong.service');
    copyFileSync(installed('diuna.service'), path);
    writeFileSync(path, readFileSync(path, 'utf8').replace('NoNewPrivileges=yes', 'NoNewPriviliges=yes').replace('PrivateUsers=yes', ''));
    expect(spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' }).stderr).toContain('NoNewPriviliges');
    expect(exposureOf(path)).toBeGreaterThan(MOST_EXPOSED);
  });
});

describe('the unit', () => {
  const text = Object.fromEntries(units.map((unit) => [unit, readFileSync(shipped(unit), 'utf8')] as const));
  const daemon = text['diuna.service'] ?? '';
  const renderer = text['diuna-renderer.service'] ?? '';

  it('of the daemon has no root, no powers, and no group that a system may lack', () => {
    expect(daemon).toMatch(/^User=diuna$/m);
    expect(daemon).toMatch(/^CapabilityBoundingSet=$/m);
    expect(daemon).not.toMatch(/^SupplementaryGroups=|chown|--user/m);
  });

  it('of the daemon starts it again when it was told to restart, after a fault, and for ever; not where the configuration is wrong', () => {
    const said = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(daemon)?.[1];
    expect(said('RestartForceExitStatus')).toBe(String(exitCodes.restart));
    expect(said('SuccessExitStatus')).toBe(String(exitCodes.restart));
    expect(said('RestartPreventExitStatus')).toBe(String(exitCodes.config));
    expect(said('Restart')).toBe('on-failure');
    expect(said('StartLimitIntervalSec')).toBe('0');
    expect(Object.values(exitCodes).filter((code) => code === exitCodes.restart)).toHaveLength(1);
  });

  it.each([...units])('%s leaves out what breaks Node', (unit) => {
    expect(text[unit]).not.toMatch(/^(MemoryDenyWriteExecute|ProcSubset)=/m);
  });

  it('of the renderer keeps from root all but the memory of the hardware', () => {
    expect(renderer).toMatch(/^CapabilityBoundingSet=CAP_SYS_RAWIO$/m);
    expect(renderer).toMatch(/^PrivateNetwork=yes$/m);
    expect(renderer).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m);
  });

  it('of either opens SPI devices by their number, as their module may be loaded later', () => {
    for (const unit of units) {
      expect(text[unit]).toMatch(/^DeviceAllow=char-153 rw$/m);
      expect(text[unit]).not.toMatch(/^DeviceAllow=char-spi/m);
    }
  });

  it('of either starts what is installed', () => {
    for (const unit of units) {
      const place = { node: '/usr/bin/node', script: '/opt/diuna/dist/diuna.js', user: 'lamp', group: 'lights', hosts: [] };
      const made = unitFor(text[unit] ?? '', place);
      expect(made).toMatch(/^ExecStart=\/usr\/bin\/node \/opt\/diuna\/dist\/diuna\.js (run|renderer) --config \/etc\/diuna\/config\.yaml/m);
      expect(made).toMatch(/^Group=lights$/m);
      expect(made).not.toMatch(/^(User|Group)=diuna$/m);
    }
  });
});
