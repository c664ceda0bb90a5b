/**
 * Sends frames through the real addon; run in a process of its own with the fake hardware preloaded. The job stands in the
 * environment: strips and the bytes of each frame, as JSON.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Machine } from '../../../../src/renderer/outputs/machine.ts';
import { Ws281xOutput } from '../../../../src/renderer/outputs/ws281x.ts';
import type { Ws281xStrip } from '../../../../src/renderer/outputs/ws281x-checks.ts';

export interface Job {
  readonly strips: readonly Ws281xStrip[];
  /** Of each frame the bytes of each strip. */
  readonly frames: readonly (readonly (readonly number[])[])[];
  /** A folder that stands for the root of a Raspberry Pi. */
  readonly root: string;
}

/** What the checks look at before the addon is touched. */
function furnish(root: string): Machine {
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  put('proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.2\0');
  put('proc/device-tree/system/linux,revision', Buffer.from([0, 0xc0, 0x31, 0x12]));
  put('dev/mem', '');
  return { platform: 'linux', arch: 'arm64', uid: 0, root };
}

async function main({ strips, frames, root }: Job): Promise<void> {
  const output = new Ws281xOutput(strips, furnish(root));
  await output.open();
  for (const bytes of frames) {
    const buffers = strips.map(({ id, componentsPerLed }, index) => ({
      id,
      componentsPerLed,
      bytes: Uint8Array.from(bytes[index] ?? []),
      preview: () => new Uint8Array(0),
    }));
    output.send(buffers, (fault) => {
      if (fault !== null) throw fault;
    });
  }
  await output.close({ off: false });
}

await main(JSON.parse(process.env['WIRE_JOB'] ?? ''));
