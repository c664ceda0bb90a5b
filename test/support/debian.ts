/** Where packages of Debian come from: from where the host gets its own, however it does. */
import { execute } from './execute.ts';

export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @param variable of the environment, which may name another. @returns the mirror that the host uses. */
export async function mirror(variable: string): Promise<string> {
  const own = process.env[variable];
  if (own !== undefined && own !== '') return own;
  const targets = await execute('apt-get', ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(REPO_URI)']);
  const found = /^Debian Debian (\S+)$/m.exec(targets)?.[1];
  if (found === undefined) throw new Error(`apt knows no mirror of Debian here: name one in ${variable}, or run apt-get update first`);
  return found.replace(/\/$/, '');
}

/** @returns how the host fetches: its proxies, certificates and checks, in apt's own words. */
export async function hostFetching(): Promise<string> {
  const all = await execute('apt-config', ['dump', 'Acquire', '--no-empty', '--format', '%f "%v";%n']);
  const wanted = /^Acquire::(https?|Check|Retries|Force|Min-ValidTime|Max-ValidTime)/;
  return all
    .split('\n')
    .filter((line) => wanted.test(line))
    .join('\n');
}
