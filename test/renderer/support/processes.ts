/** Looks at processes from outside, in /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** Processes that run and whose parent is this one. */
export function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => statusOf(pid)['PPid'] === String(parent) && !isZombie(pid)).map(Number);
}

export function isAlive(pid: number): boolean {
  const status = statusOf(String(pid));
  return status['PPid'] !== undefined && !isZombie(String(pid));
}

/** The effective user. */
export function userOf(pid: number): number {
  return Number(statusOf(String(pid))['Uid']?.split(/\s+/)[1] ?? Number.NaN);
}

function isZombie(pid: string): boolean {
  return /^[ZX]/.test(statusOf(pid)['State'] ?? 'X');
}

/** Empty for a process that is gone. */
function statusOf(pid: string): Record<string, string> {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
    return Object.fromEntries(lines.map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()]));
  } catch {
    return {};
  }
}
