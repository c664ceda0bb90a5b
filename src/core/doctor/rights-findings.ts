/** Findings about the configuration file, and about who the daemon runs as: what is root's, and what its unit hides from it. Pure. */
import type { ConfiguredFacts, Facts, FileFacts, MachineFacts } from './facts.ts';
import { type Finding, fine, ofTrouble, problem } from './finding.ts';
import { firstClosed, may } from './permission.ts';

export function configFindings(facts: Facts): Finding[] {
  const { fileName, file, configured } = facts;
  const readable = file.exists ? [checkReadable(facts)] : [];
  if ('config' in configured) return [fine('config', `${fileName} has no mistakes`), ...readable];
  const [first = 'it cannot be read', ...others] = configured.mistakes;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  if (/no permission/.test(first)) return [problem('config', first, `Ask as somebody who may: "sudo diuna doctor -c ${fileName}".`)];
  const cure = file.exists
    ? `"diuna check -c ${fileName}" names all mistakes.`
    : 'Name the file that the daemon runs with, such as "diuna doctor -c /etc/diuna/config.yaml".';
  return [problem('config', `${first}${more}`, cure), ...readable];
}

function checkReadable({ file, fileName, machine }: Facts): Finding {
  const { account } = machine;
  const [last] = file.chain.slice(-1);
  const closed = firstClosed(account, file);
  if (closed !== null) {
    const cure = `Run "sudo chmod o+x ${closed.path}", or keep the configuration elsewhere, such as in /etc/diuna.`;
    return problem('config_readable', `user ${account.name} may not enter ${closed.path}, where ${fileName} is`, cure);
  }
  if (last !== undefined && !may(account, last, 'read')) {
    const group = account.groups.includes(account.name) ? account.name : (account.groups[0] ?? account.name);
    const cure = `Run "sudo chgrp ${group} ${fileName} && sudo chmod g+r ${fileName}".`;
    return problem('config_readable', `user ${account.name} may not read ${fileName}`, cure);
  }
  return fine('config_readable', `user ${account.name} may read ${fileName}`);
}

export function rightsFindings(facts: MachineFacts, { drivers }: ConfiguredFacts): Finding[] {
  const { account, unit } = facts;
  const by = unit === null ? 'as whoever starts it, here' : 'by its service';
  const groups = account.groups.length === 0 ? '' : `, with the groups ${account.groups.join(', ')}`;
  const who = fine('account', `diuna runs ${by} as user ${account.name}${groups}`);
  const wired = drivers.strips.find(({ output }) => output.driver === 'ws281x');
  if (wired === undefined) return [who];
  const trusted = ofTrouble('renderer_config', drivers.trust, "the renderer's service may obey the configuration");
  return [who, checkRoot(facts, wired.id), ...(facts.hasRenderer && facts.account.uid !== 0 ? [trusted] : [])];
}

function checkRoot({ account, unit, hasRenderer }: MachineFacts, strip: string): Finding {
  if (account.uid === 0) return fine('root', `strip ${strip} needs root, and diuna runs as root`);
  if (unit?.startsAsRoot) return fine('root', `strip ${strip} needs root, which the service keeps for it`);
  if (hasRenderer) return fine('root', `strip ${strip} needs root, which the renderer's service has`);
  const found = `strip ${strip} needs root (driver ws281x), and diuna runs as user ${account.name}`;
  if (unit !== null) return problem('root', found, 'Install the renderer\'s service: "sudo diuna service install --renderer".');
  return problem(
    'root',
    found,
    'Start it with "sudo diuna run"; "--user NAME" gives root away once the strips are open. As a service: "sudo diuna service install --renderer".',
  );
}

/** What a device asks for is membership of its group, where the group may use it. */
export function deviceFinding(id: string, facts: MachineFacts, file: FileFacts, group: string, ...ways: ('read' | 'write')[]): Finding {
  const { account, unit } = facts;
  if (may(account, file, ...ways)) return fine(id, `user ${account.name} may use ${file.path}`);
  const then = unit === null ? 'log in again' : 'restart the service ("sudo systemctl restart diuna")';
  const cure = `Run "sudo usermod -aG ${group} ${account.name}", then ${then}.`;
  return problem(id, `user ${account.name} may not use ${file.path}`, cure);
}
