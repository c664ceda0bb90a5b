/** The units as systemd reads them: no mistakes, and how exposed they are. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unitFor } from '../../src/cli/service/units.ts';
import { hasProgram } from '../support/programs.ts';

const MOST_EXPOSED = 1.5;
const shipped = (unit: string) => new URL(`../../systemd/${unit}`, import.meta.url).pathname;
const units = ['diuna.service', 'diuna-renderer.service'] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-units-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function exposureOf(path: string): number {
  const text = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], { encoding: 'utf8' });
  return Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(text)?.[1]);
}

/** As installed here; what the unit runs must be there for systemd to be content. */
function installed(unit: string, node = process.execPath): string {
  const path = join(folder, unit);
  writeFileSync(path, unitFor(readFileSync(shipped(unit), 'utf8'), { node, script: '/opt/diuna/dist/diuna.js', user: 'daemon' }));
  return path;
}

describe.runIf(hasProgram('systemd-analyze'))('systemd', () => {
  it.each(units)('finds %s hardly exposed, as it ships and as it is installed', (unit) => {
    expect(exposureOf(shipped(unit))).toBeLessThanOrEqual(MOST_EXPOSED);
    expect(exposureOf(installed(unit))).toBeLessThanOrEqual(MOST_EXPOSED);
  });

  it('finds no mistake in them', () => {
    const paths = units.map((unit) => installed(unit));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], { encoding: 'utf8' });
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

  it.each([...units])('%s leaves out what breaks Node', (unit) => {
    expect(text[unit]).not.toMatch(/^(MemoryDenyWriteExecute|ProcSubset)=/m);
  });

  it('of the renderer keeps from root all but the memory of the hardware', () => {
    expect(renderer).toMatch(/^CapabilityBoundingSet=CAP_SYS_RAWIO$/m);
    expect(renderer).toMatch(/^PrivateNetwork=yes$/m);
    expect(renderer).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m);
  });

  it('of either starts what is installed', () => {
    for (const unit of units) {
      const made = unitFor(text[unit] ?? '', { node: '/usr/bin/node', script: '/opt/diuna/dist/diuna.js', user: 'lamp' });
      expect(made).toMatch(/^ExecStart=\/usr\/bin\/node \/opt\/diuna\/dist\/diuna\.js (run|renderer) --config \/etc\/diuna\/config\.yaml/m);
      expect(made).toMatch(/^Group=lamp$/m);
      expect(made).not.toMatch(/^(User|Group)=diuna$/m);
    }
  });
});
