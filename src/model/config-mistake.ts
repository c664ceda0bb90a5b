/** One thing that is wrong in the configuration, before it is known where in a file it stands. */
export interface Mistake {
  /** Keys and indices from the top: `['zones', 'floor', 'range', 1]`. */
  readonly path: readonly (string | number)[];
  /** What is allowed. */
  readonly message: string;
  /** What came instead, as text; may be cut. */
  readonly got?: string;
  /** What was probably meant, most likely first. */
  readonly meant?: readonly string[];
}

/** Entries as `strips.main` that stand in the file but could not be read. */
export type Unjudged = ReadonlySet<string>;
