/** `diuna set ZONE WORDS…`: changes a zone, or several by the name of a group. */
import { type ClientOptions, sendOne } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatState, formatStates, zonesOf } from './format.ts';
import { standardOutput } from './output.ts';
import { readWords } from './words.ts';

export interface SetOptions extends ClientOptions {
  readonly ack?: string;
  readonly dryRun?: boolean;
  readonly ifVersion?: number;
}

export async function set(zone: string, words: readonly string[], options: SetOptions): Promise<ExitCode> {
  const command = readWords(zone, words);
  const wrong = !command.ok
    ? command.error
    : command.value['type'] === 'batch' && options.ifVersion !== undefined
      ? 'these words make several commands: --if-version guards one only'
      : null;
  if (wrong !== null || !command.ok) {
    standardOutput(options.json === true).note(`diuna: ${wrong}`);
    return exitCodes.usage;
  }
  const envelope = {
    ...command.value,
    ...(options.ack === undefined ? {} : { ack: options.ack }),
    ...(options.dryRun === true ? { dry_run: true } : {}),
    ...(options.ifVersion === undefined ? {} : { if_version: options.ifVersion }),
  };
  return sendOne(options, envelope, (state) => {
    const zones = zonesOf(state); // a batch is answered with the whole state
    if (zones === null) return formatState(zone, state);
    const own = new Map(zones).get(zone);
    return own === undefined ? formatStates(zones) : formatState(zone, own);
  });
}
