import { execFile } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configSchema } from '../../../src/model/config.ts';
import { CredentialFiles } from '../../../src/mqtt/external/credentials.ts';
import { loggerTo } from '../../../src/system/logger.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diuna-credentials-'));
});
afterEach(() => rm(folder, { recursive: true }));

function read(setting: 'password_file' | 'ca', path: string) {
  const mqtt = { broker_url: 'mqtt://127.0.0.1:1883', broker: { username: 'lights', [setting]: path } };
  const zones = { floor: { strip: 'main', range: [0, 0] } };
  const { broker } = configSchema.parse({ mqtt, strips: { main: { length: 1 } }, zones }).mqtt;
  return new CredentialFiles(broker, loggerTo({ write: () => undefined }, 'info').room('mqtt')).read();
}

it('the password is the first line, the authority the whole file', async () => {
  const path = join(folder, 'file');
  await writeFile(path, 'secret\r\nmore\n', { mode: 0o600 });
  expect(await read('password_file', path)).toMatchObject({ username: 'lights', password: 'secret', ca: undefined });
  expect((await read('ca', path)).ca?.toString()).toBe('secret\r\nmore\n');
});

it.each(['password_file', 'ca'] as const)(
  'of %s what is missing, no file, or too large is told at once, with its setting',
  async (setting) => {
    const [missing, pipe, large] = [join(folder, 'missing'), join(folder, 'pipe'), join(folder, 'large')];
    await promisify(execFile)('mkfifo', [pipe]);
    await writeFile(large, '');
    await truncate(large, 2 ** 30);
    for (const path of [pipe, missing, folder, large])
      await expect(read(setting, path)).rejects.toMatchObject({
        message: expect.stringContaining(path),
        cure: expect.stringContaining(`mqtt.broker.${setting}`),
      });
  },
);
