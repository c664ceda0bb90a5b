/**
 * Load and measurement run in processes of their own, so that none of them waits for another. A helper is this same
 * bundle, forked with a role in its environment; its functions are called over IPC, one answer a call.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { end, endWithRun } from './end-process.ts';

export const ROLE = 'DIUNA_BENCH_ROLE';
/** Longest that any call may take. */
const CALL_TIMEOUT_MS = 120_000;

type Handler = (argument: never) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class Helper<Api extends { readonly [K in keyof Api]: Handler }> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;

  /** @param nodeOptions as on Node's own command line. */
  constructor(role: string, nodeOptions: readonly string[] = []) {
    const execArgv = [...process.execArgv, ...nodeOptions];
    this.#child = fork(process.argv[1] ?? '', [], { env: { ...process.env, [ROLE]: role }, serialization: 'advanced', execArgv });
    endWithRun(this.#child);
    this.#child.on('message', (message) => {
      const answer = message as Answer;
      this.#waiting.get(answer.id)?.(answer);
    });
    this.#child.once('exit', (code) => {
      for (const [id, answer] of this.#waiting) answer({ id, error: `the ${role} ended with ${code}` });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call<Name extends keyof Api & string>(name: Name, argument: Parameters<Api[Name]>[0]): Promise<Awaited<ReturnType<Api[Name]>>> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => answered({ id, error: `${name} took longer than ${CALL_TIMEOUT_MS} ms` }), CALL_TIMEOUT_MS);
      const answered = ({ result, error }: Answer) => {
        clearTimeout(late);
        this.#waiting.delete(id);
        if (error === undefined) resolve(result as Awaited<ReturnType<Api[Name]>>);
        else reject(new Error(error));
      };
      this.#waiting.set(id, answered);
      this.#child.send({ id, name, argument } satisfies Call);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
  }
}

/** The helper's side: answers calls until the parent is gone. */
export function serve(handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (message) => {
    const { id, name, argument } = message as Call;
    void answer(handlers[name], argument).then((outcome) => process.send?.({ id, ...outcome } satisfies Answer));
  });
}

async function answer(handler: Handler | undefined, argument: unknown): Promise<Omit<Answer, 'id'>> {
  try {
    if (handler === undefined) throw new Error('no such call');
    return { result: await handler(argument as never) };
  } catch (cause) {
    return { error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}
