/**
 * Ends an exhaustive switch: the compiler refuses a missing case, and a value that slipped past it is a bug.
 * @throws always
 */
export function assertNever(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}

/** Asserts what the code relies on; a failure is a bug, and the process ends so that the service manager restarts it. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
