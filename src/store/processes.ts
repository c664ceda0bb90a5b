/** Which processes live. A number alone does not say: it is given again after a restart, so boot and start time go with it where /proc tells them. */
import { readFileSync } from 'node:fs';
import { errorCode } from '../base/error-code.ts';
import type { Holder } from './lock.ts';

export interface ProcessTable {
  readonly self: Holder;
  isAlive(holder: Holder): boolean;
}

/** Fields 3 and 22 of /proc/<pid>/stat, counted from the third, which follows the name in brackets (proc(5)). */
const STATE_FIELD = 0;
const START_TIME_FIELD = 22 - 3;
/** A zombie, and one that is being taken away: they hold nothing any more, however long nobody asks for their end. */
const GONE = ['Z', 'X', 'x'];

/**
 * @param read gives the text of a file of /proc; `null` where there is none, or where we may not see it.
 * @param isRunning says whether anybody has the number.
 */
export function processTable(read: (path: string) => string | null, isRunning: (pid: number) => boolean): ProcessTable {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
  const fieldsOf = (pid: number): readonly string[] => {
    const stat = read(`/proc/${pid}/stat`) ?? '';
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  };
  const startOf = (pid: number): string | null => {
    const ticks = fieldsOf(pid)[START_TIME_FIELD];
    return boot === null || ticks === undefined ? null : `${boot}:${ticks}`;
  };
  return {
    self: { pid: process.pid, start: startOf(process.pid) },
    isAlive({ pid, start }) {
      // A power cut leaves locks behind, and a stranger's process may have the number now that /proc hides from us.
      if (start !== null && boot !== null && !start.startsWith(`${boot}:`)) return false;
      if (!isRunning(pid) || GONE.includes(fieldsOf(pid)[STATE_FIELD] ?? '')) return false;
      const now = startOf(pid);
      return start === null || now === null || start === now;
    },
  };
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return null;
  }
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it is there, and is another user's.
    return errorCode(cause) === 'EPERM';
  }
}

export const nodeProcesses: ProcessTable = processTable(readProc, hasNumber);
