/** A folder with effects of a user's own, where the user that runs the tests may have them run: as root not below /tmp. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from './programs.ts';

export interface EffectsFolder {
  readonly path: string;
  write(file: string, text: string): void;
  remove(file: string): void;
  [Symbol.dispose](): void;
}

/** @param files text by name. */
export function effectsFolder(files: Readonly<Record<string, string>> = {}): EffectsFolder {
  const path = mkdtempSync(join(isRoot() ? homedir() : tmpdir(), 'diuna-effects-'));
  const write = (file: string, text: string) => writeFileSync(join(path, file), text, { mode: 0o644 });
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    path,
    write,
    remove: (file) => rmSync(join(path, file)),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** An effect as a user writes it. @param draw the body of its function. */
export function effectText(id: string, draw: string, more = ''): string {
  return `export default {
  declaration: { id: '${id}', name: '${id}' },
  ${more}
  draw(pixels, input, tools) { ${draw} },
};
`;
}
