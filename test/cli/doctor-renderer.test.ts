/** What the renderer's service says to \`diuna doctor\`, which greets it as a daemon would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { greet } from '../../src/cli/doctor/renderer-service.ts';
import { encodeFrame } from '../../src/renderer/service/frames.ts';
import { RendererService } from '../../src/renderer/service/renderer-service.ts';

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-greet-'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true });
});
const path = () => join(folder, 'socket');

async function listen(welcome: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    welcome(socket);
  });
  await new Promise<void>((resolve) => server.listen(path(), resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
}

async function serve(): Promise<string[]> {
  const log: string[] = [];
  const service = new RendererService({
    entry: new URL('file:///nonexistent/renderer.js'),
    path: path(),
    allowed: () => Promise.resolve({ pins: new Set(), effectsPath: null }),
    log: (line) => log.push(line),
  });
  await service.listen();
  ends.push(() => service[Symbol.asyncDispose]());
  return log;
}

it('nothing, where there is none', async () => {
  expect(await greet(path())).toEqual({ kind: 'absent' });
});

it('that a daemon of this version is welcome; and launches nothing', async () => {
  const log = await serve();
  expect(await greet(path(), 100)).toEqual({ kind: 'welcome' });
  expect(log.join()).not.toContain('refused');
});

it('that it serves another daemon, which keeps it', async () => {
  const log = await serve();
  const daemon = greet(path(), 500);
  expect(await greet(path())).toEqual({ kind: 'refused', reason: expect.stringContaining('another daemon') });
  expect(await daemon).toEqual({ kind: 'welcome' });
  expect(log).toHaveLength(1);
});

it('why it does not serve', async () => {
  const reason = 'the service is of version 0.0.9 and the daemon of another';
  await listen((socket) => socket.end(encodeFrame({ kind: 'ended', reason })));
  expect(await greet(path())).toEqual({ kind: 'refused', reason });
});

it.each([
  ['is no message', (socket: Socket) => socket.end(Buffer.from([0xff, 0xff, 0xff, 0xff]))],
  ['a later release may say', (socket: Socket) => socket.end(encodeFrame({ kind: 'hymn' }))],
])('what %s: it is of another version', async (_, welcome) => {
  await listen(welcome);
  expect(await greet(path())).toEqual({ kind: 'refused', reason: expect.stringContaining('another version') });
});

it('that it hung up', async () => {
  await listen((socket) => socket.end());
  expect(await greet(path())).toEqual({ kind: 'refused', reason: 'it hung up without a word' });
});
