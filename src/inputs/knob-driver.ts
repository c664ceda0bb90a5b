/**
 * What drives a knob: tells what its pins or its kernel device do, and decides nothing. Levels and times only; decoding,
 * gestures and commands are pure and live in core/knobs.
 */

export type KnobSignal =
  /** A line has this level now, high is 1; on opening each line tells the level that it has. */
  | { readonly kind: 'level'; readonly line: KnobLine; readonly level: 0 | 1; readonly atUs: number }
  /** The kernel has decoded it: detents, clockwise positive. */
  | { readonly kind: 'turned'; readonly detents: number; readonly atUs: number }
  | { readonly kind: 'button'; readonly down: boolean; readonly atUs: number };

export type KnobLine = 'clk' | 'dt' | 'switch';

export interface KnobListener {
  /** Times are of one monotonic clock, in microseconds; they never decrease. */
  hear(signal: KnobSignal): void;
  /** It ended by itself: it is opened anew later. Called once at most after each `open`. */
  failed(fault: InputError): void;
}

export interface KnobDriver {
  /**
   * Resolves when it listens.
   * @throws InputError where it cannot.
   */
  open(signal: AbortSignal, listener: KnobListener): Promise<void>;
  /** Gives pins and devices back; may be opened again afterwards. */
  close(): Promise<void>;
}

/** A fault of an input: a stable code, what went wrong, and what a person can do about it. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: string;
  readonly cure: string;
  /** The passing of time does not mend it: it is not tried again until the configuration changes. */
  readonly lasting: boolean;

  constructor(code: string, message: string, cure: string, options: { readonly cause?: unknown; readonly lasting?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.cure = cure;
    this.lasting = options.lasting ?? false;
  }
}
