/** Turns what a schema found into one refusal: what was wrong, what is allowed, what came (protocol §4). */
import type { z } from 'zod';
import { type Refusal, refusal } from '../model/refusal.ts';

/** `commands[3].color.r` from its parts. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((whole, part) => {
    if (typeof part === 'number') return `${whole}[${part}]`;
    return whole === '' ? String(part) : `${whole}.${String(part)}`;
  }, '');
}

/** The value as JSON, cut to 80 characters and a few levels: it may be anything that a stranger sent. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const shown = JSON.stringify(shallow(value, 3)) ?? typeof value;
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

/** A copy of the value's first levels and members. */
function shallow(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return value.slice(0, 100);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '...';
  if (Array.isArray(value)) return value.slice(0, 10).map((item) => shallow(item, levels - 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 10)
      .map(([key, member]) => [key, shallow(member, levels - 1)]),
  );
}

/** The first issue is told: the others mostly follow from it. */
export function refusalFromIssues(error: z.ZodError, before: readonly PropertyKey[], allowedFields: readonly string[]): Refusal {
  const issue = error.issues[0];
  if (issue === undefined) return refusal('invalid_command', 'the command is not valid');
  if (issue.code === 'unrecognized_keys') return unknownField([...before, ...issue.path, issue.keys[0] ?? ''], allowedFields);
  const path = formatPath([...before, ...issue.path]);
  // a number where a text is wanted is of the wrong type, and not out of range; each message says what is wanted
  const outOfRange = typeof issue.input === 'number' && /\b(integer|number)\b/.test(issue.message);
  if (issue.input === undefined) return refusal('invalid_command', `${path} is required: it ${issue.message}`, path);
  return refusal(outOfRange ? 'out_of_range' : 'invalid_command', `${path} ${issue.message}, got ${show(issue.input)}`, path);
}

export function unknownField(path: readonly PropertyKey[], allowedFields: readonly string[]): Refusal {
  const shown = formatPath(path).slice(0, 120);
  return refusal('invalid_command', `${shown} is not a field of this command; allowed: ${allowedFields.join(', ')}`, shown);
}
