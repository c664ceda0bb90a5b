/** What the subcommands share that work on files and talk to no daemon: how their faults are told, and with which exit code. */
import { Fault } from '../base/fault.ts';
import { printable } from '../base/printable.ts';
import { ConfigRejected, formatMistake } from '../system/config-mistakes.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Output, standardOutput } from './output.ts';

/** What a running daemon needs to take a changed configuration. */
export const reloadHint = 'a running daemon takes it at SIGHUP: systemctl reload diuna';

/** Nothing was changed, and why; a value that a person can put right. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @throws what is a bug. */
export async function onFiles(json: boolean, work: (output: Output) => Promise<void>): Promise<ExitCode> {
  const output = standardOutput(json);
  try {
    await work(output);
    return exitCodes.ok;
  } catch (cause) {
    return complain(cause, output);
  }
}

function complain(cause: unknown, output: Output): ExitCode {
  if (cause instanceof ConfigRejected) {
    for (const mistake of cause.mistakes) output.note(printable(formatMistake(mistake)));
    output.note('diuna: nothing was changed: the configuration has mistakes, or would have them');
    return exitCodes.config;
  }
  if (cause instanceof NotDone) {
    output.note(printable(`diuna: ${cause.message}`));
    return cause.exitCode;
  }
  if (!(cause instanceof Fault)) throw cause;
  output.note(printable(`diuna: ${cause.message}: ${cause.cure}`));
  return exitCodes.refused;
}
