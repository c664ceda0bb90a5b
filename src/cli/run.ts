/**
 * `diuna run`: the daemon itself, in the foreground. Turns signals into stop and reload, and how it ended into exit codes. Told
 * to restart, it ends: the service manager starts it again.
 */
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
  const end = untilEnd();
  // The same goes for a reload, which would end a process that does not listen for it.
  let reloadAsked = false;
  let reload = () => {
    reloadAsked = true;
  };
  process.on('SIGHUP', () => reload());
  let daemon: Daemon;
  try {
    const restart = isService() ? { restart: end.restart } : {};
    daemon = await startDaemon({ configPath: options.config, user: options.user ?? null, ...restart });
  } catch (cause) {
    // A start that failed half-way leaves things open that would hold the process.
    return endProcess(explain(cause, output));
  }
  reload = () => {
    daemon.reload().catch((cause: unknown) => output.note(`diuna: the reload failed: ${String(cause)}`));
  };
  if (reloadAsked) reload();
  const preview = options.preview === true ? showPreview(daemon, output) : null;
  if (options.once !== true) await end.asked;
  const stopped = await stopWithin(daemon, output);
  preview?.close();
  // What might still hold the event loop must not hold the exit.
  return endProcess(end.isRestart() ? exitCodes.restart : stopped ? exitCodes.ok : exitCodes.refused);
}

/** systemd, or what behaves like it, waits for our notifications: it started us, and will again. */
function isService(): boolean {
  return (process.env['NOTIFY_SOCKET'] ?? '') !== '';
}

interface End {
  readonly asked: Promise<void>;
  /** Asks for an orderly stop after which the daemon is wanted again. */
  readonly restart: () => void;
  readonly isRestart: () => boolean;
}

/** The first signal asks for an orderly stop for good, also while a restart is under way; the second ends the process at once. */
function untilEnd(): End {
  let signalled = false;
  let restarts = false;
  let end = () => {};
  const asked = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (signalled) void endProcess(128 + signalNumbers[name]);
      signalled = true;
      end();
    });
  }
  const restart = () => {
    restarts = true;
    end();
  };
  return { asked, restart, isRestart: () => restarts && !signalled };
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
