/** Which broker the scenarios of a test file go over: the embedded one, or another that is chosen before they are loaded. */
export interface Carrier {
  /** Runs a broker on a port of loopback. */
  start(port: number): Promise<AsyncDisposable>;
}

let chosen: Carrier | null = null;

/** @returns `null` for the embedded broker. */
export function carrier(): Carrier | null {
  return chosen;
}

/** Whether the broker is ours: what only ours can do is tested there alone. */
export function isEmbedded(): boolean {
  return chosen === null;
}

/**
 * `ifEmbedded(it)('…', …)`: declares a test of what only our own broker can do; over another one there is none.
 * @param declare vitest's `it` or `describe`, or one of their kinds.
 */
export function ifEmbedded(declare: Declare): Declare {
  return isEmbedded() ? declare : () => undefined;
}

type Declare = (name: string, test: () => void | Promise<void>, timeoutMs?: number) => unknown;

/** For all scenarios that the test file loads from here on. */
export function choose(other: Carrier): void {
  chosen = other;
}
