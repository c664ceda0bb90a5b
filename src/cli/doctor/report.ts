/** How the findings of `diuna doctor` are told to people: the worst first, what is well only where asked for, and how many there are. */

import { printable } from '../../base/printable.ts';
import { type Finding, type Level, levels } from '../../core/doctor/finding.ts';

const titles: Readonly<Record<Level, string>> = { problem: 'Problems', warning: 'Warnings', note: 'Notes', ok: 'Well' };
const counted: Readonly<Record<Level, readonly [one: string, many: string]>> = {
  problem: ['problem', 'problems'],
  warning: ['warning', 'warnings'],
  note: ['note', 'notes'],
  ok: ['ok', 'ok'],
};

export function report(findings: readonly Finding[], verbose: boolean): string {
  const shown = levels.filter((level) => verbose || level !== 'ok');
  const groups = shown.flatMap((level) => {
    const own = findings.filter((finding) => finding.level === level);
    return own.length === 0 ? [] : [[titles[level], ...own.map(told)].join('\n')];
  });
  return [...groups, closingLine(findings, verbose)].join('\n\n');
}

function told({ id, found, cure }: Finding): string {
  const lines = [`  ${id}: ${printable(found)}`, ...(cure === null ? [] : [`    -> ${printable(cure)}`])];
  return lines.join('\n');
}

function closingLine(findings: readonly Finding[], verbose: boolean): string {
  const counts = levels.map((level) => {
    const count = findings.filter((finding) => finding.level === level).length;
    return `${count === 0 ? 'no' : count} ${counted[level][count === 1 ? 0 : 1]}`;
  });
  return `${counts.join(', ')}${verbose ? '' : ' (--verbose shows them)'}`;
}
