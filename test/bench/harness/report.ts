/** What a row says, the table of all of them, and the JSON. */
import { show } from './statistics.ts';

/** `told`: nothing was promised of this figure. `kept~`, `short~`: judged by figures of another run. */
export type Verdict = 'kept' | 'short' | 'kept~' | 'short~' | 'told';

export interface Line {
  readonly row: string;
  readonly what: string;
  readonly promise: string;
  readonly figure: string;
  readonly yardstick: string;
  readonly ratio: number | null;
  readonly verdict: Verdict;
  /** Every number behind the line. */
  readonly values: Readonly<Record<string, number | readonly number[]>>;
}

export function judge(kept: boolean): Verdict {
  return kept ? 'kept' : 'short';
}

export function ms(...figures: readonly number[]): string {
  return `${figures.map(show).join(' / ')} ms`;
}

export function table(lines: readonly Line[]): string {
  const head = ['row', 'what', 'promise', 'here', 'yardstick', 'ratio', ''];
  const cells = lines.map(({ row, what, promise, figure, yardstick, ratio, verdict }) => [
    row,
    what,
    promise,
    figure,
    yardstick,
    ratio === null ? '' : `${show(ratio)} ×`,
    verdict,
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...cells].map((row) => (row[column] ?? title).length)));
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
