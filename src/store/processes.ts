/** Which processes live. A number alone does not say: it is given again after a restart, so the start time goes with it where /proc tells it. */
import { readFileSync } from 'node:fs';
import { errorCode } from './fault.ts';
import type { Holder } from './lock.ts';

export interface ProcessTable {
  readonly self: Holder;
  isAlive(holder: Holder): boolean;
}

/** Field 22 of /proc/<pid>/stat, counted from the third, which follows the name in brackets (proc(5)). */
const START_TIME_FIELD = 22 - 3;

/** @returns `null` where there is no /proc, or no such process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD];
    return ticks === undefined ? null : `${boot}:${ticks}`;
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it is there, and is another user's.
    return errorCode(cause) === 'EPERM';
  }
}

export const nodeProcesses: ProcessTable = {
  self: { pid: process.pid, start: startOf(process.pid) },
  isAlive({ pid, start }) {
    if (!isRunning(pid)) return false;
    const now = startOf(pid);
    return start === null || now === null || start === now;
  },
};
