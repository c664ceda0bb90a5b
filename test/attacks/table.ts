/** Medians of several runs, and the Markdown table of all attacks. Pure. */
import { median, show } from '../bench/harness/statistics.ts';
import type { Attack, Facts } from './attack.ts';
import type { Outcome } from './run-attack.ts';

export interface Row {
  readonly attack: Attack;
  readonly bare: readonly Outcome[];
  readonly diuna: readonly Outcome[];
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ attack, bare, diuna }) => `| ${attack.title} | ${cell(attack, bare)} | ${cell(attack, diuna)} |`);
  return ['| attack | bare aedes | diuna |', '|---|---|---|', ...lines].join('\n');
}

function cell(attack: Attack, runs: readonly Outcome[]): string {
  if (runs.length === 0) return 'not measured';
  const of = (pick: (outcome: Outcome) => number) => median(runs.map(pick));
  const facts = medianFacts(runs.map((run) => run.facts));
  const got = Object.keys(facts).length === 0 ? `the attack had no answer in ${show(of(({ seconds }) => seconds))} s` : attack.tell(facts);
  const missing = of((run) => run.missing);
  const bystander = [
    `bystander max ${show(of(({ maxMs }) => maxMs))} ms, p99 ${show(of(({ p99Ms }) => p99Ms))} ms`,
    ...(missing > 0 ? [`${show(missing)} of its messages not back`] : []),
    ...(runs.some((run) => run.bystanderLost === 1) ? ['it lost its connection'] : []),
  ].join(', ');
  const memory = `${of(({ beforeMb }) => beforeMb).toFixed(0)} → ${of(({ peakMb }) => peakMb).toFixed(0)} MB`;
  const ended = runs.some((run) => run.serverEnded === 1) ? '; **the process ended**' : '';
  return `${got}; ${bystander}; ${memory}${ended}`;
}

/** A fact that a run could not tell does not count. */
function medianFacts(all: readonly Facts[]): Facts {
  const names = new Set(all.flatMap((facts) => Object.keys(facts)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(all.map((facts) => facts[name]).filter((figure) => figure !== undefined))]),
  );
}

/** What the daemon counted in one run of each attack. */
export function guardLines(rows: readonly Row[]): string {
  return rows
    .map(({ attack, diuna }) => `${attack.id}: ${diuna.map(({ guards }) => guards).find((guards) => guards.length > 2) ?? '{}'}`)
    .join('\n');
}
