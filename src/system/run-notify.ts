/** Runs systemd-notify once. */
import { execFile } from 'node:child_process';

/** Beyond this the program is ended: the next message must not wait for ever. */
const NOTIFY_MS = 3000;

/** @throws where the program is missing, failed, or took too long. */
export function runNotify(assignments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('systemd-notify', [...assignments], { timeout: NOTIFY_MS, killSignal: 'SIGKILL' }, (failed) => {
      if (failed === null) resolve();
      else reject(failed);
    });
  });
}
