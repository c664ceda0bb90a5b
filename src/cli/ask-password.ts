/** Gets a password without showing it: from a terminal, or as the first line of standard input. Never from an argument. */
import type { ReadStream } from 'node:tty';

/** Bytes; longer than any password that is taken. */
const MOST_BYTES = 8192;

/** @returns the first line of standard input, without its end. */
export async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (bytes.includes(0x0a) || length > MOST_BYTES) break;
  }
  return firstLine(Buffer.concat(chunks).toString('utf8'));
}

export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** Asks at the terminal; the prompt goes to standard error. Ctrl-C ends the process as it always does. */
export async function askPassword(prompt: string): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true); // before anybody can type
  process.stderr.write(prompt);
  try {
    return await typed(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}

function typed(stdin: ReadStream): Promise<string> {
  return new Promise((resolve) => {
    let line = '';
    const hear = (chunk: Buffer) => {
      for (const key of chunk.toString('utf8')) {
        if (key === '\r' || key === '\n' || key === '\u0004') return done(line);
        if (key === '\u0003') return interrupt();
        if (key === '\u007f' || key === '\b') line = Array.from(line).slice(0, -1).join('');
        else if (key === '\u0015') line = '';
        else line += key;
      }
    };
    const done = (text: string) => {
      stdin.off('data', hear);
      resolve(text);
    };
    const interrupt = () => {
      stdin.setRawMode(false);
      process.stderr.write('\n');
      process.kill(process.pid, 'SIGINT');
    };
    stdin.on('data', hear).resume();
  });
}
