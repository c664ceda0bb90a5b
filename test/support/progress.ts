/** Tells what a preparation does, how much is fetched or made, and how long it took. */

export interface Progress {
  readonly say: (line: string) => void;
  /** @param what e.g. `the kernel 7.2`; told before and, with what `work` found worth saying, after it. */
  readonly told: <T>(what: string, work: () => Promise<T>, found?: (result: T) => string) => Promise<T>;
}

/** @param name begins each line. */
export function progressOf(name: string): Progress {
  const say = (line: string) => void process.stdout.write(`${name}: ${line}\n`);
  const told = async <T>(what: string, work: () => Promise<T>, found: (result: T) => string = () => ''): Promise<T> => {
    const startMs = performance.now();
    say(`${what} …`);
    const result = await work();
    const more = found(result);
    say(`${what}: ${more === '' ? '' : `${more}, `}${seconds(performance.now() - startMs)}`);
    return result;
  };
  return { say, told };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
