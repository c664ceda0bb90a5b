/** Certificates for tests, made anew each time: a private key in a repository is a bad example, and they expire. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly folder: string;
  /** Its own certificate, to be trusted. */
  readonly ca: string;
  /** A certificate for localhost and 127.0.0.1, and its key. */
  issue(name: string): CertificateFiles;
  remove(): Promise<void>;
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Needs `openssl`. */
export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'diuna-tls-'));
  const [ca, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  openssl('req', '-x509', ...curve, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', '/CN=Test authority');
  return {
    folder,
    ca,
    issue: (name) => {
      const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
      const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
      openssl(
        'req',
        '-x509',
        ...curve,
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        names,
        '-CA',
        ca,
        '-CAkey',
        caKey,
      );
      return { cert, key };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function openssl(...options: readonly string[]): void {
  execFileSync('openssl', options, { stdio: ['ignore', 'ignore', 'pipe'] });
}
