/** The palettes of a configuration, for pictures. */
import type { Config } from '../../model/config.ts';
import { loadConfig } from '../../system/config-file.ts';
import { formatMistake } from '../../system/config-mistakes.ts';
import { exitCodes } from '../exit-codes.ts';
import { NotDone } from '../file-command.ts';

/** @throws NotDone with the first mistake where the file cannot be read, or has some. */
export async function readConfig(path: string): Promise<Config> {
  const loaded = await loadConfig(path);
  if (loaded.ok) return loaded.value;
  const [first, ...others] = loaded.error;
  const rest = others.length > 0 ? `; ${others.length} more: see diuna check -c ${path}` : '';
  throw new NotDone(`${first === undefined ? `${path} cannot be read` : formatMistake(first)}${rest}`, exitCodes.config);
}
