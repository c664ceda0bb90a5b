/**
 * The bits that the unmodified rpi-ws281x-native would send, for the frames that our output gives it: the addon runs in a
 * process of its own on memory that stands for the hardware (wire/fake-pi.c).
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ws281xStrip } from '../../../src/renderer/outputs/ws281x-checks.ts';
import { canFakeAPi, findProgram } from '../../support/programs.ts';
import type { Job } from './wire/send-frames.ts';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url).pathname;
/** Beneath node_modules, as the script looks for the addon from where it stands. */
const cache = join(root, 'node_modules/.cache/ws281x-wire');
const addon = join(root, 'node_modules/rpi-ws281x-native');

let folder = '';
const shim = () => join(folder, 'fake-pi.so');
const script = () => join(cache, `send-frames-${process.pid}.mjs`);

/** Drives a channel's words out of the buffer of a transfer: PWM takes the words of both channels in turn. */
function bitsOf(raw: Buffer, channel: 0 | 1): string {
  let bits = '';
  for (let at = channel * 4; at + 4 <= raw.length; at += 8) bits += raw.readUInt32LE(at).toString(2).padStart(32, '0');
  return bits;
}

/**
 * A bit is three on the wire: 110 for one, 100 for zero (2.4 MHz; ws2811.c, SYMBOL_HIGH and SYMBOL_LOW). The library begins
 * the second channel at the bit of a word at which the first one ended: the line is low until then, up to 13 µs.
 */
function decode(raw: Buffer, channel: 0 | 1, bytes: number): { readonly sent: number[]; readonly rest: string } {
  const line = bitsOf(raw, channel);
  const start = line.indexOf('1');
  expect(start).toBeLessThan(channel === 0 ? 1 : 32);
  const bits = line.slice(start);
  const symbols: Readonly<Record<string, string>> = { '110': '1', '100': '0' };
  const data = Array.from({ length: bytes * 8 }, (_, bit) => symbols[bits.slice(bit * 3, bit * 3 + 3)] ?? '?').join('');
  const sent = Array.from({ length: bytes }, (_, index) => Number.parseInt(data.slice(index * 8, index * 8 + 8), 2));
  return { sent, rest: bits.slice(bytes * 24) };
}

/**
 * The addon waits twice a frame, before it fills the buffer and before it starts the transfer: every second line is a frame.
 * @returns the buffer of each transfer.
 */
async function transfersOf(job: Omit<Job, 'root'>): Promise<Buffer[]> {
  const out = join(mkdtempSync(join(folder, 'run-')), 'out');
  const env = { ...process.env, LD_PRELOAD: shim(), FAKE_PI_OUT: out, WIRE_JOB: JSON.stringify({ ...job, root: join(folder, 'pi') }) };
  await run(process.execPath, [script()], { env, timeout: 20_000 });
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  return job.frames.map((_, frame) => Buffer.from(lines[2 * frame + 1] ?? '', 'hex'));
}

function strip(gpio: number, leds: number, componentsPerLed: 3 | 4 = 3): Ws281xStrip {
  return { id: `gpio${gpio}`, leds, componentsPerLed, gpio, dma: 10 };
}

/** Bytes that are unlike their neighbours, and unlike those of another frame. */
function pattern(length: number, salt: number): number[] {
  return Array.from({ length }, (_, index) => (index * 73 + salt * 151 + ((index * index) >> 3)) & 255);
}

describe.runIf(canFakeAPi())('the driver ws281x puts on the wire', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'diuna-wire-'));
    mkdirSync(cache, { recursive: true });
    const headers = join(addon, 'src/rpi_ws281x');
    await run(findProgram('gcc') ?? 'gcc', [
      '-shared',
      '-fPIC',
      '-O1',
      '-Wall',
      '-Werror',
      `-I${headers}`,
      '-o',
      shim(),
      join(import.meta.dirname, 'wire/fake-pi.c'),
      '-lpthread',
    ]);
    await build({
      entryPoints: [join(import.meta.dirname, 'wire/send-frames.ts')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile: script(),
      logLevel: 'error',
    });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(script(), { force: true });
  });

  it.each([
    [1, 3],
    [2, 3],
    [300, 3],
    [1, 4],
    [2, 4],
    [300, 4],
  ] as const)('every bit of %i LEDs of %i components, frame after frame', async (leds, components) => {
    const length = leds * components;
    const frames = [1, 2, 3].map((salt) => [pattern(length, salt)]);
    const transfers = await transfersOf({ strips: [strip(18, leds, components)], frames });
    for (const [index, frame] of frames.entries()) {
      const { sent, rest } = decode(transfers[index] ?? Buffer.alloc(0), 0, length);
      expect(sent).toEqual(frame[0]);
      expect(rest).toMatch(/^0*$/); // the line stays low: the LEDs latch
      // 55 µs at least; 2.4 bits on the wire are a microsecond.
      expect(rest.length / 2.4).toBeGreaterThan(55);
    }
  });

  it('both channels at once, each its own strip', async () => {
    const strips = [strip(18, 5), strip(13, 3, 4)];
    const frames = [1, 2].map((salt) => [pattern(15, salt), pattern(12, salt + 7)]);
    const transfers = await transfersOf({ strips, frames });
    for (const [index, frame] of frames.entries()) {
      const raw = transfers[index] ?? Buffer.alloc(0);
      expect(decode(raw, 0, 15).sent).toEqual(frame[0]);
      expect(decode(raw, 1, 12).sent).toEqual(frame[1]);
    }
  });

  it('a strip on the second channel alone, and nothing on the first', async () => {
    const [raw = Buffer.alloc(0)] = await transfersOf({ strips: [strip(13, 2)], frames: [[pattern(6, 1)]] });
    expect(decode(raw, 1, 6).sent).toEqual(pattern(6, 1));
    expect(bitsOf(raw, 0)).toMatch(/^0*$/);
  });
});
