/** `diuna run`: the daemon itself, in the foreground. Turns signals into stop and reload, and faults into exit codes. */
import { Fault } from '../base/fault.ts';
import { printable } from '../base/printable.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { ConfigRejected, formatMistake } from '../system/config-mistakes.ts';
import { endProcess } from './end-process.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Output, standardOutput } from './output.ts';
import { TerminalPreview } from './terminal-preview.ts';

export interface RunOptions {
  readonly config: string;
  readonly preview?: boolean;
  /** Stop as soon as it serves. */
  readonly once?: boolean;
  readonly user?: string;
}

/** The service manager waits a little longer before it kills. */
const STOP_MS = 3000;
const PREVIEW_FPS = 15;
/** Faults that come again at every start until somebody changes the configuration or the unit. */
const curedInConfig = ['port_forbidden', 'no_such_address', 'no_such_user', 'not_root', 'user_is_root', 'cannot_change_user'];
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** Ends the process when the daemon has stopped, or could not start. */
export async function run(options: RunOptions): Promise<never> {
  const output = standardOutput(false);
  // Listening before the start: a signal while starting must still end in an orderly stop.
  const signal = untilSignal();
  // The same goes for a reload, which would end a process that does not listen for it.
  let reloadAsked = false;
  let reload = () => {
    reloadAsked = true;
  };
  process.on('SIGHUP', () => reload());
  let daemon: Daemon;
  try {
    daemon = await startDaemon({ configPath: options.config, user: options.user ?? null });
  } catch (cause) {
    // A start that failed half-way leaves things open that would hold the process.
    return endProcess(explain(cause, output));
  }
  reload = () => {
    daemon.reload().catch((cause: unknown) => output.note(`diuna: the reload failed: ${String(cause)}`));
  };
  if (reloadAsked) reload();
  const preview = options.preview === true ? showPreview(daemon, output) : null;
  if (options.once !== true) await signal;
  const stopped = await stopWithin(daemon, output);
  preview?.close();
  // What might still hold the event loop must not hold the exit.
  return endProcess(stopped ? exitCodes.ok : exitCodes.refused);
}

/** The first signal asks for an orderly stop; the second ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (asked) void endProcess(128 + signalNumbers[name]);
        asked = true;
        resolve();
      });
    }
  });
}

/** @returns false where the daemon did not stop in time, or not without a fault. */
async function stopWithin(daemon: Daemon, output: Output): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), STOP_MS);
  });
  try {
    const outcome = await Promise.race([daemon.stop(), late]);
    if (outcome === 'late') output.note(`diuna: the daemon did not stop within ${STOP_MS / 1000} s and is ended`);
    return outcome !== 'late';
  } catch (cause) {
    output.note(`diuna: stopping failed: ${String(cause)}`);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function showPreview(daemon: Daemon, output: Output): TerminalPreview | null {
  if (!process.stdout.isTTY) {
    output.note('diuna: standard output is no terminal, so there is no preview');
    return null;
  }
  const preview = new TerminalPreview(process.stdout);
  process.once('exit', () => preview.close());
  daemon.onPreview(PREVIEW_FPS, (strips) => preview.draw(strips));
  return preview;
}

/** @throws what is no fault that a person can cure. */
function explain(cause: unknown, output: Output): ExitCode {
  if (cause instanceof ConfigRejected) {
    for (const mistake of cause.mistakes) output.note(printable(formatMistake(mistake)));
    return exitCodes.config;
  }
  if (!(cause instanceof Fault)) throw cause;
  output.note(printable(`diuna: ${cause.message}: ${cause.cure}`));
  return cause.code === 'port_taken' ? exitCodes.tempFail : curedInConfig.includes(cause.code) ? exitCodes.config : exitCodes.refused;
}
