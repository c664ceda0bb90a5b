/** What one attack is: a program that runs in a process of its own against one server, and says in numbers what got through. */

/** Where the attacked server is. */
export interface Target {
  readonly kind: 'bare' | 'diuna';
  readonly port: number;
  /** HTTP with a WebSocket inside. */
  readonly httpPort: number;
  readonly users: boolean;
}

/** Numbers, so that several runs have a median. */
export type Facts = Readonly<Record<string, number>>;

export interface Attack {
  readonly id: string;
  readonly title: string;
  /** Where access is attacked there are users, `owner` (admin) and `guest` (viewer); else everybody is let in. */
  readonly users?: boolean;
  run(target: Target): Promise<Facts>;
  tell(facts: Facts): string;
}

/** Longest that an attack may take; past it its process is ended, and only what others noticed is told. */
export const ATTACK_MS = 20_000;

/** Of a user of the attacked daemon. It guards nothing. */
export const PASSWORD = 'not-a-secret-at-all';

export function fact(facts: Facts, name: string): number {
  return facts[name] ?? Number.NaN;
}

/** `12,345`; a dash where it was not measured. */
export function count(facts: Facts, name: string): string {
  const figure = fact(facts, name);
  return Number.isNaN(figure) ? '–' : Math.round(figure).toLocaleString('en-US');
}

/** One thing or the other, by a fact that is 0 or 1. */
export function either(facts: Facts, name: string, yes: string, no: string): string {
  const figure = fact(facts, name);
  return Number.isNaN(figure) ? '–' : figure > 0 ? yes : no;
}
