/** A fault of an output: a stable code, what went wrong, and what a person can do about it. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly lasting: boolean = false;
  readonly code: string;
  readonly cure: string;

  constructor(code: string, message: string, cure: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.cure = cure;
  }
}

/** A fault that the passing of time does not mend: the output is not tried again until the layout gives it another form. */
export class LastingOutputError extends OutputError {
  override readonly lasting = true;
}

/** Makes an output's fault of whatever was thrown. */
export function toOutputError(cause: unknown): OutputError {
  if (cause instanceof OutputError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new OutputError('output_fault', message, 'Look at the log around this message; if it stays, report it as a bug.', cause);
}
