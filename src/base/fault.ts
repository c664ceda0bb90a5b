/** Something outside went wrong (a port, a file, a device): a stable code, what happened, and what helps. */
export class Fault extends Error {
  readonly code: string;
  readonly cure: string;

  constructor(code: string, message: string, cure: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Fault';
    this.code = code;
    this.cure = cure;
  }
}
