/** An output that does what a test says: opens or not, takes frames at once or later, breaks on demand. */
import type { StripFrame } from '../../../src/light/stage.ts';
import type { Output, Taken } from '../../../src/renderer/outputs/output.ts';
import { OutputError } from '../../../src/renderer/outputs/output-error.ts';

export class FakeOutput implements Output {
  readonly strips: readonly string[];
  wireMs = 0;
  gapMs = 0;
  refreshMs = 0;
  settleMs = 1000;
  /** Thrown by the next opens while set. */
  openFault: OutputError | null = null;
  /** Told of the next frames while set. */
  sendFault: OutputError | null = null;
  /** Frames wait for `release` while set. */
  holds = false;
  /** Opening never ends while set. */
  opensForever = false;
  opens = 0;
  readonly sent: number[][] = [];
  readonly closed: boolean[] = [];
  #held: Taken | null = null;
  #onFault: (fault: OutputError) => void = () => undefined;

  constructor(strips: readonly string[] = ['main']) {
    this.strips = strips;
  }

  async open(_signal: AbortSignal, onFault: (fault: OutputError) => void): Promise<void> {
    this.opens += 1;
    this.#onFault = onFault;
    if (this.openFault !== null) throw this.openFault;
    if (this.opensForever) await new Promise(() => undefined);
  }

  send(frames: readonly StripFrame[], taken: Taken): void {
    this.sent.push(frames.flatMap(({ bytes }) => [...bytes]));
    if (this.holds) this.#held = taken;
    else taken(this.sendFault);
  }

  async close({ off }: { readonly off: boolean }): Promise<void> {
    this.closed.push(off);
  }

  /** Takes the frame that is held. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.(null);
  }

  breakDown(fault: OutputError): void {
    this.#onFault(fault);
  }
}

export function fault(code = 'test_fault'): OutputError {
  return new OutputError(code, 'it broke', 'mend it');
}
