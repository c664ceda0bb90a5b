/**
 * Ends the process, although a disk may hang. Node's exit waits for every thread of its pool, and one that sits in an
 * operation which a dead card never ends would hold it for ever.
 */
import { setTimeout } from 'node:timers/promises';
import { exitCodes } from './exit-codes.ts';

/** What is under way now, such as the last lines of the log, may take so long. */
const GRACE_MS = 200;
const LOOK_MS = 5;

/**
 * @param code is what the process exits with, unless it has to end by a signal, which ends a process whatever its threads
 *   do: by SIGTERM, which systemd takes for an orderly end, or, to be started again, by SIGKILL, which it takes for none.
 */
export async function endProcess(code: number): Promise<never> {
  const end = performance.now() + GRACE_MS;
  while (threadsAtWork() && performance.now() < end) await setTimeout(LOOK_MS);
  if (!threadsAtWork()) process.exit(code);
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, code === exitCodes.restart ? 'SIGKILL' : 'SIGTERM');
  return new Promise(() => {}); // the signal arrives now
}

/** Whether a thread of Node's pool works for us: on a file, or on the name of a host. */
function threadsAtWork(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(FSReq|FileHandle|GetAddrInfo|GetNameInfo)/.test(name));
}
