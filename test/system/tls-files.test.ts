/** Certificate and key: what is wrong with them is said, and a change is taken when both files fit. */
import { chmodSync, copyFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/base/fault.ts';
import { TlsFiles } from '../../src/system/tls-files.ts';
import { judgePair, readPair } from '../../src/system/tls-pair.ts';
import { type Authority, type CertificateFiles, makeAuthority, openssl } from '../support/certificates.ts';
import { FakeClock } from '../support/fakes.ts';
import { hasProgram, isRoot } from '../support/programs.ts';
import { until } from '../support/until.ts';

describe.skipIf(!hasProgram('openssl'))('the files of tls', () => {
  let authority: Authority;
  let one: CertificateFiles;
  let two: CertificateFiles;
  const opened: TlsFiles[] = [];

  beforeAll(async () => {
    authority = await makeAuthority();
    one = authority.issue('one');
    two = authority.issue('two');
  });
  afterEach(() => {
    for (const files of opened.splice(0)) files.close();
  });
  afterAll(() => authority.remove());

  function watch(paths: CertificateFiles) {
    const log: string[] = [];
    const reported: Readonly<Record<string, unknown>>[] = [];
    const write = (_facts: object, message: string) => void log.push(message);
    const clock = new FakeClock();
    clock.wall = Date.now();
    const logger = { debug: write, info: write, warn: write, error: write };
    const files = new TlsFiles(paths, { clock, logger, report: (_type, payload) => void reported.push(payload), lookMs: 50 });
    opened.push(files);
    const changes: unknown[] = [];
    files.onChange((options) => changes.push(options.cert));
    return { files, log, reported, changes };
  }

  async function fault(paths: CertificateFiles): Promise<string> {
    const cause: unknown = await watch(paths)
      .files.open()
      .catch((thrown: unknown) => thrown);
    if (!(cause instanceof Fault)) throw new Error(`no fault: ${String(cause)}`);
    return `${cause.message}: ${cause.cure}`;
  }

  it('are taken, and say what they are for', async () => {
    const { files, log } = watch(one);
    await files.open();
    expect(files.options).toMatchObject({ cert: await readFile(one.cert), minVersion: 'TLSv1.2' });
    expect(log).toEqual(['TLS certificate taken']);
  });

  it('are refused with what helps, where they do not do', async () => {
    const written = (name: string, text: string) => {
      const path = join(authority.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const locked = join(authority.folder, 'locked.key');
    openssl('pkey', '-in', one.key, '-aes256', '-passout', 'pass:secret', '-out', locked);
    expect(await fault({ ...one, cert: '/no/such/file' })).toBe('there is no file /no/such/file: name the right one in tls.cert');
    expect(await fault({ ...one, key: authority.folder })).toContain('no ordinary file');
    expect(await fault({ ...one, key: two.key })).toContain('does not belong to the certificate');
    expect(await fault({ ...one, cert: written('empty.pem', '') })).toContain('holds no certificate in PEM');
    expect(await fault({ ...one, key: written('text.key', 'secret') })).toContain('holds no private key in PEM');
    expect(await fault({ ...one, cert: one.key, key: one.cert })).toContain('holds no certificate in PEM');
    expect(await fault({ ...one, key: locked })).toContain('has a passphrase');
  });

  it.skipIf(isRoot())('are refused where they may not be read', async () => {
    const secret = join(authority.folder, 'secret.key');
    copyFileSync(one.key, secret);
    chmodSync(secret, 0);
    expect(await fault({ ...one, key: secret })).toContain('may not read');
  });

  it('serve on when they have expired or are not valid yet, with a warning', async () => {
    const pair = await readPair(one);
    const day = 86_400_000;
    expect(judgePair(pair, one, Date.now()).warnings).toEqual([]);
    expect(judgePair(pair, one, Date.now() + 3 * day).warnings).toEqual([expect.stringContaining('has expired')]);
    expect(judgePair(pair, one, Date.now() - 3 * day).warnings).toEqual([expect.stringContaining('is the clock right?')]);
  });

  it('are taken anew when symbolic links are turned to others', async () => {
    const links = { cert: join(authority.folder, 'live.pem'), key: join(authority.folder, 'live.key') };
    symlinkSync(one.cert, links.cert);
    symlinkSync(one.key, links.key);
    const { files, changes, reported } = watch(links);
    await files.open();
    for (const file of ['cert', 'key'] as const) {
      symlinkSync(two[file], `${links[file]}.new`);
      renameSync(`${links[file]}.new`, links[file]);
    }
    await until(() => changes.length === 1, 'the change to be seen');
    expect(changes).toEqual([await readFile(two.cert)]);
    expect(files.options.cert).toEqual(await readFile(two.cert));
    expect(reported).toEqual([]);
  });

  it('go on as they were when the new ones do not fit, which is reported once, and are taken when they do', async () => {
    const copies = { cert: join(authority.folder, 'copy.pem'), key: join(authority.folder, 'copy.key') };
    for (const file of ['cert', 'key'] as const) copyFileSync(one[file], copies[file]);
    const { files, changes, reported } = watch(copies);
    await files.open();
    copyFileSync(two.cert, copies.cert);
    await until(() => reported.length > 0, 'the report');
    await files.check();
    await files.check();
    expect(reported).toEqual([
      { file: copies.cert, mistakes: [{ line: null, path: 'tls', message: expect.stringContaining('does not belong') }] },
    ]);
    expect(files.options.cert).toEqual(await readFile(one.cert));
    rmSync(copies.key);
    await files.check();
    copyFileSync(two.key, copies.key);
    await files.check();
    expect(changes).toEqual([await readFile(two.cert)]);
  });
});
