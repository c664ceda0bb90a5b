/** One certificate with its key: reads them, and says clearly what is wrong with them and what helps. Keeps nothing. */

import { createPrivateKey, constants as cryptoConstants, type KeyObject, X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorCode } from '../base/error-code.ts';
import { Fault } from '../base/fault.ts';
import type { Facts } from '../base/logger.ts';

const MOST_BYTES = 1_048_576;

export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
}

/** In PEM. The first certificate is ours; those that lead to its authority follow. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Judged {
  /** TLS 1.2 and up; a client may not negotiate anew, which costs us much more than it. */
  readonly options: SecureContextOptions;
  readonly facts: Facts;
  readonly warnings: readonly string[];
}

/** @throws Fault */
export async function readPair({ cert, key }: TlsPaths): Promise<TlsPair> {
  return { cert: await readPem(cert, 'tls.cert'), key: await readPem(key, 'tls.key') };
}

/** @throws Fault */
export function judgePair({ cert, key }: TlsPair, paths: TlsPaths, nowMs: number): Judged {
  const certificate = readCertificate(cert, paths.cert);
  if (!certificate.checkPrivateKey(readKey(key, paths.key))) {
    const cure = `name the key that ${paths.cert} was made with; in a chain the server's own certificate comes first`;
    throw new Fault('tls_key_mismatch', `the key in ${paths.key} does not belong to the certificate in ${paths.cert}`, cure);
  }
  const options = { cert, key, minVersion: 'TLSv1.2', secureOptions: cryptoConstants.SSL_OP_NO_RENEGOTIATION } as const;
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new Fault('tls_unfit', `TLS cannot be served with ${paths.cert}: ${said(cause)}`, 'make a new certificate and key', cause);
  }
  const { subject, subjectAltName, validFrom, validTo } = certificate;
  const names = subjectAltName ?? subject;
  return { options, facts: { certificate: paths.cert, names, until: validTo }, warnings: validity(validFrom, validTo, nowMs) };
}

/** No reason to serve nobody: a Pi's clock may be wrong at start, and some clients do not mind. */
function validity(validFrom: string, validTo: string, nowMs: number): string[] {
  if (Date.parse(validTo) < nowMs) return ['the TLS certificate has expired: clients will refuse it; renew it'];
  if (Date.parse(validFrom) > nowMs) return ['the TLS certificate is not valid yet: is the clock right?'];
  return [];
}

function readCertificate(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const cure = 'it must begin with -----BEGIN CERTIFICATE-----; certbot calls it fullchain.pem';
    throw new Fault('tls_unfit', `${path} holds no certificate in PEM`, `tls.cert: ${cure}`, cause);
  }
}

function readKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    if (/ENCRYPTED/.test(pem.toString('latin1'))) {
      const cure = 'the daemon has nobody to ask: keep it without one (openssl pkey -in KEY -out NEW), readable by the daemon alone';
      throw new Fault('tls_unfit', `the key in ${path} has a passphrase`, cure, cause);
    }
    const cure = 'it must begin with -----BEGIN PRIVATE KEY----- or the like; certbot calls it privkey.pem';
    throw new Fault('tls_unfit', `${path} holds no private key in PEM`, `tls.key: ${cure}`, cause);
  }
}

/** @throws Fault */
async function readPem(path: string, setting: string): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a named pipe would hold us for ever
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Fault('tls_unreadable', `${path} is no ordinary file`, `name a file in ${setting}`);
      if (found.size > MOST_BYTES) throw new Fault('tls_unreadable', `${path} is too large for ${setting}`, 'name the right file');
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : unreadable(path, setting, cause);
  }
}

function unreadable(path: string, setting: string, cause: unknown): Fault {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Fault('tls_unreadable', `there is no file ${path}`, `name the right one in ${setting}`, cause);
  if (code === 'EACCES' || code === 'EPERM') {
    const cure = `let the user of the daemon read it (sudo chgrp diuna ${path}; sudo chmod 640 ${path}), and into its folders`;
    return new Fault('tls_unreadable', `this user may not read ${path}`, cure, cause);
  }
  return new Fault('tls_unreadable', `${path} cannot be read: ${said(cause)}`, `see ${setting}`, cause);
}

function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
