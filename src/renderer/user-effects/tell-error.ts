/** Says in one line what a file of the user's threw, whatever that was. */
import { MOST_MESSAGE_CHARACTERS } from './limits.ts';

/** With the line of the file, where the error knows it. */
export function tellError(cause: unknown, file: string): string {
  try {
    if (!(cause instanceof Error)) return brief(`it threw ${String(cause)}`);
    const message = String(cause.message);
    if (/^Failed to resolve module specifier/.test(message))
      return brief(`${message.split(' from "')[0]}: an effect imports nothing but Node's own modules, as 'node:…'`);
    const line = String(cause.stack)
      .split(`${encodeURIComponent(file)}:`)[1]
      ?.match(/^\d+/)?.[0];
    return brief(`${String(cause.name)}: ${message}${line === undefined ? '' : ` (line ${line})`}`);
  } catch {
    return 'it threw what cannot be told';
  }
}

/** Whether a line of this file is where an error came from, or on the way there. */
export function isFrom(cause: unknown, file: string): boolean {
  try {
    const stack = cause instanceof Error ? String(cause.stack) : '';
    return [' ', '('].some((before) => stack.includes(`${before}${encodeURIComponent(file)}:`));
  } catch {
    return false;
  }
}

export function brief(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ');
  return line.length > MOST_MESSAGE_CHARACTERS ? `${line.slice(0, MOST_MESSAGE_CHARACTERS)}…` : line;
}
