/** Python packages come from where the host gets its own: pip's settings and the trusted certificates are taken along. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where Debian looks for them; our own authority may be among them. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const certificateVariables = ['PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'];
const passed = /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|PROXY|DEFAULT_TIMEOUT)|(https?|no|all)_proxy)$/i;

/** Copies the host's files into a root. */
export async function takeHostSettings(root: string): Promise<void> {
  const { XDG_CONFIG_HOME: base } = process.env;
  const files = {
    '/etc/pip.conf': '/etc/pip.conf',
    [join(base === undefined || base === '' ? join(homedir(), '.config') : base, 'pip/pip.conf')]: '/root/.config/pip/pip.conf',
    [join(homedir(), '.pip/pip.conf')]: '/root/.pip/pip.conf',
    [hostCertificates()]: CERTIFICATES,
  };
  for (const [from, to] of Object.entries(files)) {
    if (!existsSync(from)) continue;
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(from, join(root, to));
  }
}

function hostCertificates(): string {
  const named = certificateVariables.map((name) => process.env[name]).find((path) => path !== undefined && existsSync(path));
  return named ?? CERTIFICATES;
}

/** The environment of what fetches packages within the root. @param cacheFolder where it keeps what it fetched. */
export function fetchingEnvironment(cacheFolder: string): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => passed.test(name));
  const given = own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return {
    ...Object.fromEntries(given),
    PIP_CACHE_DIR: join(cacheFolder, 'pip'),
    UV_CACHE_DIR: join(cacheFolder, 'uv'),
    UV_LINK_MODE: 'copy',
    PIP_CERT: CERTIFICATES,
    SSL_CERT_FILE: CERTIFICATES,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    HOME: '/root',
  };
}
