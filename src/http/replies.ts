/** Answers in plain text, for people and programs that came to the wrong door: a status, and why. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The connection ends with it: whatever else was sent is not worth reading. */
export function reply(response: ServerResponse, { status, text, headers }: Reply): void {
  const body = `${text}\n`;
  response.writeHead(status, { ...headers, ...common(body) });
  response.end(body);
}

/** The same where the request has left the server: an upgrade, or bytes that are no request. */
export function replyRaw(stream: Duplex, { status, text, headers }: Reply): void {
  if (!stream.writable) return void stream.destroy();
  const body = `${text}\n`;
  const lines = Object.entries({ ...headers, ...common(body) }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}

function common(body: string): Record<string, string> {
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
}
