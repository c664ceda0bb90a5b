import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/system/config-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diuna-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const good = 'strips: { main: { length: 20 } }\nzones: { floor: { strip: main, range: [0, 19] } }\n';
const write = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const whyNot = async (path: string) => {
  const config = await loadConfig(path);
  return config.ok ? null : config.error.map(({ line, message }) => ({ line, message }));
};

describe('the config file', () => {
  it('may begin with a byte order mark', async () => {
    expect(await whyNot(write('bom.yaml', `\uFEFF${good}`))).toBeNull();
  });

  it('says where the store is relative to itself', async () => {
    const config = await loadConfig(write('good.yaml', good));
    expect(config).toMatchObject({ ok: true, value: { store: { path: join(folder, 'data') } } });
    const absolute = await loadConfig(write('absolute.yaml', `${good}store: { path: /var/lib/diuna }\n`));
    expect(absolute).toMatchObject({ ok: true, value: { store: { path: '/var/lib/diuna' } } });
  });

  it('that is none is refused as a value', async () => {
    expect(await whyNot(join(folder, 'none.yaml'))).toEqual([{ line: null, message: expect.stringContaining('does not exist') }]);
    mkdirSync(join(folder, 'folder'));
    expect(await whyNot(join(folder, 'folder'))).toEqual([{ line: null, message: expect.stringContaining('is a folder') }]);
    expect(await whyNot(join(folder, 'good.yaml', 'x'))).toEqual([{ line: null, message: expect.stringContaining('cannot be read') }]);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await whyNot(join(folder, 'pipe'))).toEqual([{ line: null, message: 'must be an ordinary file' }]);
  });

  it('has bounds and is text', async () => {
    expect(await whyNot(write('large.yaml', '#'.repeat(1_048_577)))).toEqual([{ line: null, message: 'must have at most 1048576 bytes' }]);
    expect(await whyNot(write('largest.yaml', good.padEnd(1_048_576, '#')))).toBeNull();
    expect(await whyNot(write('latin1.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xe4])))).toEqual([
      { line: null, message: 'must be text in UTF-8' },
    ]);
  });
});
