/** The command line asked for something that makes no sense; nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
