/** What `diuna doctor` says of one thing that it looked at: a stable id, how bad it is, what was found, and what to do about it. */

/** The worst first. */
export const levels = ['problem', 'warning', 'note', 'ok'] as const;
export type Level = (typeof levels)[number];

export interface Finding {
  /** Of what was looked at, whatever was found. */
  readonly id: string;
  readonly level: Level;
  readonly found: string;
  /** A command to run or a line to write; null where all is well. */
  readonly cure: string | null;
}

export function fine(id: string, found: string): Finding {
  return { id, level: 'ok', found, cure: null };
}

export function notApplicable(id: string, why: string): Finding {
  return fine(id, `not applicable: ${why}`);
}

export function problem(id: string, found: string, cure: string): Finding {
  return { id, level: 'problem', found, cure };
}

export function warning(id: string, found: string, cure: string): Finding {
  return { id, level: 'warning', found, cure };
}

export function note(id: string, found: string, cure: string): Finding {
  return { id, level: 'note', found, cure };
}

/** What somebody who knows better found, such as a driver. */
export interface Trouble {
  readonly message: string;
  readonly cure: string;
}

export function ofTrouble(id: string, trouble: Trouble | null | undefined, well: string): Finding {
  return trouble ? problem(id, trouble.message, trouble.cure) : fine(id, well);
}

/** The worst first, otherwise in the order in which they were looked at. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
}
