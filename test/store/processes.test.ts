import { describe, expect, it } from 'vitest';
import { processTable } from '../../src/store/processes.ts';

const bootFile = '/proc/sys/kernel/random/boot_id';

/** A stat line whose 22nd field says when the process began; its name is as awkward as a name may be. */
const statOf = (pid: number, ticks: number, state = 'R') =>
  `${pid} (a) b) ${state} ${Array.from({ length: 18 }, () => 0).join(' ')} ${ticks} 0 0`;

/** @param files of /proc that can be seen. */
function table(files: Readonly<Record<string, string>>, running: boolean) {
  return processTable(
    (path) => files[path] ?? null,
    () => running,
  );
}

describe('a process that is named in a lock', () => {
  it('of another boot is dead, though a stranger whom /proc hides has its number now', () => {
    // As with ProtectProc=invisible: kill(2) says EPERM, and there is no /proc/812.
    expect(table({ [bootFile]: 'second\n' }, true).isAlive({ pid: 812, start: 'first:455' })).toBe(false);
  });

  it('of this boot lives while it runs, hidden or not', () => {
    expect(table({ [bootFile]: 'first\n' }, true).isAlive({ pid: 812, start: 'first:455' })).toBe(true);
    expect(table({ [bootFile]: 'first\n' }, false).isAlive({ pid: 812, start: 'first:455' })).toBe(false);
  });

  it('is another where it began at another time', () => {
    const seen = table({ [bootFile]: 'first\n', '/proc/812/stat': statOf(812, 455) }, true);
    expect(seen.isAlive({ pid: 812, start: 'first:455' })).toBe(true);
    expect(seen.isAlive({ pid: 812, start: 'first:456' })).toBe(false);
  });

  it('is dead as a zombie, as it holds nothing while nobody asks for its end', () => {
    for (const state of ['Z', 'X']) {
      const seen = table({ [bootFile]: 'first\n', '/proc/812/stat': statOf(812, 455, state) }, true);
      expect(seen.isAlive({ pid: 812, start: 'first:455' })).toBe(false);
      expect(seen.isAlive({ pid: 812, start: null })).toBe(false);
    }
  });

  it('that nothing is known of but its number lives while somebody has the number', () => {
    expect(table({}, true).isAlive({ pid: 812, start: 'first:455' })).toBe(true);
    expect(table({}, true).isAlive({ pid: 812, start: null })).toBe(true);
    expect(table({}, true).self).toEqual({ pid: process.pid, start: null });
  });
});
