/** Temporary folders of the real file system, gone after each test. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'diuna-store-'));
  made.push(folder);
  return folder;
}

export function copyOf(folder: string): string {
  const copy = join(temporaryFolder(), 'data');
  cpSync(folder, copy, { recursive: true });
  return copy;
}
