/** One gpiomon from its start to its end: tells the levels that its lines have when it listens, then their edges. */
import type { EventTime } from './event-time.ts';
import { type Edge, EdgeText, inOrder } from './gpio-edges.ts';
import { saidFault, strangeOutput } from './gpio-faults.ts';
import type { PinLine } from './gpio-lines.ts';
import { type GpiodVersion, type GpioRequest, gpiomonArguments } from './gpio-tools.ts';
import type { InputError, KnobListener } from './knob-driver.ts';
import { ReaderProcess } from './reader-process.ts';

/** Version 1.6 does not say when it listens: it ends at once where it cannot. */
const STARTED_MS = 300;
/** Version 2 says so; beyond this it is taken as stuck. */
const BANNER_MS = 3000;
/**
 * How long edges are gathered to be put in order. Those of two lines may come the wrong way round: version 1.6 reads each
 * line by itself, and the kernel hands on each line's edges by a thread of its own.
 */
const GATHER_MS = 2;

export class GpioWatch {
  readonly #lines: readonly PinLine[];
  readonly #levels: readonly (0 | 1)[];
  readonly #version: GpiodVersion;
  readonly #listener: KnobListener;
  readonly #time: EventTime;
  readonly #text: EdgeText;
  #ready: (fault: InputError | null) => void = () => undefined;
  #state: 'starting' | 'listening' | 'ended' = 'starting';
  #reader: ReaderProcess | null = null;
  #gathered: Edge[] = [];
  #gathering: NodeJS.Timeout | null = null;

  constructor(lines: readonly PinLine[], levels: readonly (0 | 1)[], version: GpiodVersion, time: EventTime, listener: KnobListener) {
    this.#lines = lines;
    this.#levels = levels;
    this.#version = version;
    this.#listener = listener;
    this.#time = time;
    this.#text = new EdgeText(version);
  }

  async start(request: GpioRequest, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
    const ready = new Promise<InputError | null>((resolve) => {
      this.#ready = resolve;
    });
    this.#reader = ReaderProcess.start(
      'gpiomon',
      gpiomonArguments(this.#version, request),
      { environment },
      {
        bytes: (chunk) => this.#read(chunk.toString('latin1')),
        ended: ({ message, cause }) => this.#fail(saidFault('gpiomon', message, cause)),
      },
    );
    const abort = () => this.#ready(null);
    signal.addEventListener('abort', abort, { once: true });
    const timer =
      this.#version === 1
        ? setTimeout(() => this.#listening(), STARTED_MS)
        : setTimeout(() => this.#fail(saidFault('gpiomon', `it did not listen within ${BANNER_MS} ms`)), BANNER_MS);
    const fault = await ready;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    if (fault !== null || signal.aborted) await this.stop();
    if (fault !== null) throw fault;
    signal.throwIfAborted();
  }

  async stop(): Promise<void> {
    this.#state = 'ended';
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    await this.#reader?.stop();
  }

  #listening(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'listening';
    this.#lines.forEach(({ line }, index) => {
      this.#listener.hear({ kind: 'level', line, level: this.#levels[index] ?? 0, atUs: this.#time.now() });
    });
    this.#ready(null);
  }

  #read(text: string): void {
    const { edges, listening, strange } = this.#text.push(text);
    if (listening || edges.length > 0) this.#listening();
    this.#gathered.push(...edges);
    if (edges.length > 0) this.#gathering ??= setTimeout(() => this.#tellGathered(), GATHER_MS);
    if (strange !== null) this.#fail(strangeOutput(strange));
  }

  #tellGathered(): void {
    this.#gathering = null;
    this.#tell(inOrder(this.#gathered.splice(0)));
  }

  #tell(edges: readonly Edge[]): void {
    for (const { pin, level, stampUs } of edges) {
      const found = this.#lines.find((line) => line.pin === pin);
      if (this.#state !== 'listening' || found === undefined) continue;
      this.#listener.hear({ kind: 'level', line: found.line, level, atUs: this.#time.at(stampUs) });
    }
  }

  #fail(fault: InputError): void {
    if (this.#state === 'ended') return;
    const wasListening = this.#state === 'listening';
    if (wasListening) this.#tellGathered();
    void this.stop();
    if (wasListening) this.#listener.failed(fault);
    else this.#ready(fault);
  }
}
