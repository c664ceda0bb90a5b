/** Forks the renderer's entry, and ends what was forked: for the daemon and for the keeper alike. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process that SIGKILL does not end within this, or a thread, hangs in the kernel, and waiting longer does not help. */
export const GONE_MS = 1500;

/**
 * @param role what the entry is to be; none is a plain renderer.
 * @param onEnd called once, when it is gone or never was.
 */
export function forkEntry(entry: URL, role: readonly string[], onEnd: (reason: string) => void): ChildProcess {
  const child = fork(fileURLToPath(entry), role, {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let ended = false;
  const end = (reason: string) => {
    if (!ended) onEnd(reason);
    ended = true;
  };
  child.on('error', (error) => {
    // A process that never was has no exit; other errors of one that lives are of no consequence.
    if (child.pid === undefined) end(error.message);
  });
  child.on('exit', (code, signal) => end(signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`));
  return child;
}

/** To a child that is gone the message is lost; its exit tells of that. @param sent called once it has left, or was lost. */
export function postTo(child: ChildProcess, message: object, sent: () => void = () => undefined): void {
  if (child.connected) child.send(message, () => sent());
  else sent();
}

/** Resolves once the process is gone, or hangs. @param end what makes it go. */
export async function untilGone(child: ChildProcess, end: () => void): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(resolve, GONE_MS);
    child.once('exit', () => {
      clearTimeout(deadline);
      resolve();
    });
    end();
  });
}
