/** `diuna check`: says all that is wrong with a configuration, before a daemon finds out. */

import { printable } from '../base/printable.ts';
import { formatPath } from '../core/issues.ts';
import { hintsOf } from '../model/config-hints.ts';
import { loadConfig } from '../system/config-file.ts';
import { formatMistake } from '../system/config-mistakes.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { standardOutput } from './output.ts';

export interface CheckOptions {
  readonly config: string;
  readonly json?: boolean;
}

export async function check(options: CheckOptions): Promise<ExitCode> {
  const output = standardOutput(options.json === true);
  const config = await loadConfig(options.config);
  const mistakes = config.ok ? [] : config.error;
  const text = mistakes.map((mistake) => printable(formatMistake(mistake))).join('\n');
  const hints = config.ok ? hintsOf(config.value).map(({ path, message }) => ({ path: formatPath(path), message })) : [];
  output.result(config.ok ? `${options.config}: no mistakes` : text, { ok: config.ok, mistakes, hints });
  if (!output.json) for (const { path, message } of hints) output.note(printable(`note: ${path} ${message}`));
  if (config.ok) return exitCodes.ok;
  if (!output.json) output.note(`${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}`);
  return exitCodes.config;
}
