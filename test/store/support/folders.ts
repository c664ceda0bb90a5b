/** Temporary folders of the real file system, gone after each test. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { errorCode } from '../../../src/base/error-code.ts';

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'diuna-store-'));
  made.push(folder);
  return folder;
}

/** A snapshot may be on its way aside: where a name goes while it is copied, all is copied anew. */
export function copyOf(folder: string): string {
  for (let attempt = 1; ; attempt += 1) {
    const copy = join(temporaryFolder(), 'data');
    try {
      cpSync(folder, copy, { recursive: true });
      return copy;
    } catch (cause) {
      if (attempt === 5 || errorCode(cause) !== 'ENOENT') throw cause;
    }
  }
}
