/** The code of an error of the system; `null` where it is none, which is a bug and must not pass for a bad disk. */
export function errorCode(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
}
