/** What the broker needs of the disk to outlive a restart. The daemon gives it one; without it all is in memory. */
export interface KeptLog {
  /** What was kept, in the order of the last change, oldest first; of each key `adopt` or `remove` is called then. */
  entries(): Promise<ReadonlyMap<string, unknown>>;
  /** Takes the place of a value that was read, to which it is equal. */
  adopt(key: string, value: object): void;
  /** Returns at once; the value is made JSON of when it is written, a moment later. */
  put(key: string, value: object): void;
  /** Costs nothing where the key has not been written yet. */
  remove(key: string): void;
  /** Whether the value is on the disk or on its way: what changes in it from now on is not seen there. */
  isWritten(key: string): boolean;
}
