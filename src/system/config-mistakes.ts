/** A mistake of the configuration file as a person reads it: where it stands, what is allowed, what came unless it may be secret. */
import { formatPath } from '../core/issues.ts';
import type { Mistake } from '../model/config-mistake.ts';
import { mayHoldSecret, withoutSecretKeys } from './config-secrets.ts';

export interface ConfigMistake {
  readonly file: string;
  /** From 1; `null` where the file could not be read at all. */
  readonly line: number | null;
  readonly column: number | null;
  /** `zones.floor.range[1]`; empty where the whole file is meant. */
  readonly path: string;
  /** What is allowed, what came, and what was probably meant. */
  readonly message: string;
  /** What is allowed, without a word of what came: for whoever may not read the file. */
  readonly rule: string;
}

/** A file of a megabyte can hold more mistakes than anybody reads; beyond these they are counted only. */
export const MOST_MISTAKES = 100;

/** Thrown by whoever cannot go on without a config. */
export class ConfigRejected extends Error {
  readonly code = 'CONFIG_REJECTED';
  readonly mistakes: readonly ConfigMistake[];

  constructor(mistakes: readonly ConfigMistake[]) {
    super(mistakes.map(formatMistake).join('\n'));
    this.name = 'ConfigRejected';
    this.mistakes = mistakes;
  }
}

/** `config.yaml:12:10: zones.floor.range must be …, got …` */
export function formatMistake(mistake: ConfigMistake): string {
  const place = [mistake.file, mistake.line, mistake.column].filter((part) => part !== null).join(':');
  return `${place}: ${mistake.path === '' ? '' : `${mistake.path} `}${mistake.message}`;
}

/** @param at where in the file the path stands. */
export function placeMistake(file: string, mistake: Mistake, at: { line: number; column: number } | null): ConfigMistake {
  const got = mistake.got === undefined || mayHoldSecret(mistake.path) ? '' : `, got ${mistake.got.slice(0, 80)}`;
  const meant = (mistake.meant?.length ?? 0) === 0 ? '' : `; did you mean ${mistake.meant?.join(' or ')}?`;
  const path = formatPath(withoutSecretKeys(mistake.path)).slice(0, 200);
  const { message: rule } = mistake;
  return { file, line: at?.line ?? null, column: at?.column ?? null, path, message: `${rule}${got}${meant}`, rule };
}

/** In the file's order, and bounded. */
export function sortMistakes(mistakes: readonly ConfigMistake[]): ConfigMistake[] {
  const sorted = [...mistakes].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const [first] = sorted;
  if (first === undefined || sorted.length <= MOST_MISTAKES) return sorted;
  const more = `and ${sorted.length - MOST_MISTAKES} more mistakes`;
  return [...sorted.slice(0, MOST_MISTAKES), { file: first.file, line: null, column: null, path: '', message: more, rule: more }];
}
