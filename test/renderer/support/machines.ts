/** Machines as the checks of outputs see them: files under a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { Machine } from '../../../src/renderer/outputs/machine.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A machine with these files. */
export function machine(files: Readonly<Record<string, string | Buffer>>, more: Partial<Omit<Machine, 'root'>> = {}): Machine {
  const root = mkdtempSync(join(tmpdir(), 'diuna-machine-'));
  roots.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return { platform: 'linux', arch: 'arm64', uid: 0, ...more, root };
}

export interface PiOptions {
  readonly model?: string;
  readonly revision?: number;
  readonly uid?: number;
  readonly arch?: string;
  readonly mem?: boolean;
  readonly platform?: string;
  /** SPI devices. */
  readonly spi?: readonly string[];
  readonly bufsiz?: number;
}

export function pi(options: PiOptions = {}): Machine {
  const { model = 'Raspberry Pi 3 Model B Plus Rev 1.3', revision = 0xa020d3, arch = 'arm64', mem = true, spi = [], bufsiz } = options;
  const code = Buffer.alloc(4);
  code.writeUInt32BE(revision);
  const cpuinfo = `processor\t: 0\nHardware\t: BCM2835\nRevision\t: ${revision.toString(16)}\nSerial\t\t: 0\n`;
  const files = {
    'proc/device-tree/model': `${model}\0`,
    ...(arch === 'arm64' ? { 'proc/device-tree/system/linux,revision': code } : { 'proc/cpuinfo': cpuinfo }),
    ...(mem ? { 'dev/mem': '' } : {}),
    ...Object.fromEntries(spi.map((device) => [device, ''])),
    ...(bufsiz === undefined ? {} : { 'sys/module/spidev/parameters/bufsiz': `${bufsiz}\n` }),
  };
  return machine(files, { arch, uid: options.uid ?? 0, platform: options.platform ?? 'linux' });
}
