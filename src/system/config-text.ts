/**
 * From the text of a configuration to the config, or to all of its mistakes at once: of the YAML, of each value, and of
 * how the sections fit together. So that one bad value does not hide what else is wrong, entries that cannot be read are
 * replaced by harmless ones before the sections are compared, and nothing that refers to them is judged.
 */
import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { show } from '../core/issues.ts';
import { type Config, configSchema } from '../model/config.ts';
import type { Mistake } from '../model/config-mistake.ts';
import { checkReferences } from '../model/config-references.ts';
import { type ConfigMistake, placeMistake, sortMistakes } from './config-mistakes.ts';
import { readYaml } from './config-yaml.ts';
import { knownKeys } from './known-keys.ts';
import { valueAt } from './value-at.ts';

/** @param file names the file in the mistakes. */
export function parseConfig(text: string, file: string): Result<Config, readonly ConfigMistake[]> {
  const yaml = readYaml(text);
  const mistakes = yaml.mistakes.map(({ at, ...mistake }) => placeMistake(file, mistake, at));
  if (yaml.data === null) return err(sortMistakes(mistakes));
  const { value } = yaml.data;
  if (value === null || value === undefined) {
    return err([placeMistake(file, { path: [], message: 'is empty: it must at least name strips and zones' }, { line: 1, column: 1 })]);
  }
  const parsed = configSchema.safeParse(value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const inKeys = [...issues.flatMap((issue) => keyMistakes(issue, value)), ...forbiddenNames(value)];
  const inValues = issues.flatMap((issue) => valueMistakes(issue, value));
  const between = parsed.success ? checkReferences(parsed.data) : judgeTheRest(value, issues);
  for (const mistake of inKeys) mistakes.push(placeMistake(file, mistake, yaml.place(mistake.path, true)));
  for (const mistake of [...inValues, ...between]) mistakes.push(placeMistake(file, mistake, yaml.place(mistake.path, false)));
  return parsed.success && mistakes.length === 0 ? ok(parsed.data) : err(sortMistakes(mistakes));
}

/** Mistakes of keys: unknown ones, and names that are not allowed. */
function keyMistakes(issue: z.core.$ZodIssue, data: unknown): Mistake[] {
  const path = plainPath(issue.path);
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0]?.message ?? issue.message;
    return [{ path, message: `is not a name that is allowed: ${why}` }];
  }
  if (issue.code !== 'unrecognized_keys') return [];
  const known = knownKeys(configSchema, issue.path, data);
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: `is an unknown key; allowed: ${known.join(', ')}`,
    meant: nearest(key, known, 1),
  }));
}

/** Entries of this name would vanish without a word: plain objects, and zod with them, pass over it. */
function forbiddenNames(data: unknown): Mistake[] {
  return ['strips', 'zones', 'groups', 'supplies', 'palettes', 'knobs', 'users']
    .filter((section) => Object.hasOwn(Object(valueAt(data, [section])), '__proto__'))
    .map((section) => ({ path: [section, '__proto__'], message: 'is not a name that is allowed' }));
}

function valueMistakes(issue: z.core.$ZodIssue, data: unknown): Mistake[] {
  if (issue.code === 'invalid_key' || issue.code === 'unrecognized_keys') return [];
  const path = plainPath(issue.path);
  const value = valueAt(data, issue.path);
  const map = issue.code === 'invalid_type' && issue.expected === 'object' && issue.message.startsWith('Invalid input');
  const message = map ? `must be a map with any of: ${knownKeys(configSchema, issue.path, data).join(', ')}` : issue.message;
  if (value === undefined) return [{ path, message: `is missing: it ${message}` }];
  return [{ path, message, got: show(value), meant: typeof value === 'string' ? nearest(value, allowedValues(issue), 1) : [] }];
}

function allowedValues(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  const options: unknown = valueAt(issue, ['options']); // of a discriminated union, whose type does not say so
  return Array.isArray(options) ? options.map(String) : [];
}

const standIns: Readonly<Record<string, object>> = {
  strips: { length: 1 },
  zones: {},
  groups: { zones: ['-'] },
  knobs: { driver: 'simulated' },
};

/** Compares the sections of a config that has mistakes in single values, leaving those out. */
function judgeTheRest(data: unknown, issues: readonly z.core.$ZodIssue[]): Mistake[] {
  const copy: unknown = structuredClone(data);
  const unjudged = new Set<string>();
  for (const issue of issues) leaveOut(copy, issue, unjudged);
  const repaired = configSchema.safeParse(copy);
  return repaired.success ? checkReferences(repaired.data, unjudged) : [];
}

function leaveOut(copy: unknown, issue: z.core.$ZodIssue, unjudged: Set<string>): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) removeKey(valueAt(copy, issue.path), key);
    return;
  }
  const [section, entry] = plainPath(issue.path);
  if (section === undefined) return;
  if (entry === undefined) return leaveOutSection(copy, section, unjudged);
  const standIn = standIns[section];
  if (standIn === undefined || issue.code === 'invalid_key') removeKey(valueAt(copy, [section]), entry);
  else {
    const entries = valueAt(copy, [section]);
    if (typeof entries === 'object' && entries !== null) Reflect.set(entries, entry, { ...standIn });
    unjudged.add(`${section}.${entry}`);
  }
}

function leaveOutSection(copy: unknown, section: string | number, unjudged: Set<string>): void {
  removeKey(copy, section);
  if (section !== 'groups') return;
  // what a knob turns may have been any of them
  for (const knob of Object.keys(Object(valueAt(copy, ['knobs'])))) unjudged.add(`knobs.${knob}`);
}

function removeKey(map: unknown, key: string | number): void {
  if (typeof map === 'object' && map !== null) Reflect.deleteProperty(map, key);
}

function plainPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
