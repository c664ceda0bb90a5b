/** Where results and complaints go: results to standard output, everything for people's eyes only to standard error. */
import { exitCodes } from './exit-codes.ts';

export interface Output {
  /** Whether results are one JSON document a line. */
  readonly json: boolean;
  /** A result: the text, or the value where JSON is wanted. */
  result(text: string, value: unknown): void;
  /** A remark that a script does not read. */
  note(text: string): void;
}

/** A reader that leaves early (`diuna watch | head`) is no fault, also while help is written. */
export function allowEarlyLeave(): void {
  process.stdout.once('error', () => process.exit(exitCodes.ok));
}

export function standardOutput(json: boolean): Output {
  allowEarlyLeave();
  // Nor is a remark that cannot be written: the disk behind it may be full.
  process.stderr.on('error', () => {});
  return {
    json,
    result: (text, value) => process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
  };
}
