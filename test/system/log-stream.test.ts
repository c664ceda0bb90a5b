import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogStream } from '../../src/system/log-stream.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (number: number) => `${String(number).padStart(9, '0')}\n`;
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index)).join('');

/** A pipe that takes 64 KiB and then says EAGAIN. */
function narrowPipe(): number {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
}

function readAll(fd: number): string {
  const into = Buffer.alloc(1 << 20);
  try {
    return into.toString('utf8', 0, readSync(fd, into));
  } catch {
    return ''; // EAGAIN: it is empty
  }
}

it('lines come out in order, each once', async () => {
  const path = join(folder, 'log');
  const fd = openSync(path, 'a');
  const log = new LogStream(fd);
  for (let number = 1; number <= 1000; number += 1) {
    log.write(line(number));
    if (number % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await expect.poll(() => readFileSync(path, 'utf8')).toBe(lines(1, 1000));
  closeSync(fd);
});

it('what waits at the end of the process is written then', () => {
  const path = join(folder, 'log');
  const fd = openSync(path, 'a');
  const log = new LogStream(fd);
  log.write(line(1));
  log.write(line(2));
  log.flush();
  expect(readFileSync(path, 'utf8')).toContain(line(2));
});

it('a full disk is no error, and does not hold the end', async () => {
  const fd = openSync('/dev/full', 'w');
  const log = new LogStream(fd);
  for (let number = 1; number <= 10; number += 1) {
    log.write(line(number));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  log.flush();
});

it('a reader that pauses loses nothing of a megabyte, and the newest beyond it', async () => {
  const fd = narrowPipe();
  const log = new LogStream(fd);
  for (let number = 1; number <= 150_000; number += 1) log.write(line(number));
  let heard = '';
  await expect
    .poll(
      () => {
        heard += readAll(fd);
        return heard.length;
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBe(1_048_570);
  expect(heard).toBe(lines(1, 104_857));
  log.write('again\n');
  await expect.poll(() => readAll(fd)).toBe('again\n');
  closeSync(fd);
});
