/** The daemon's configuration in the guest, and the user that the laboratory logs in as. */
import { scryptSync } from 'node:crypto';
import { stringify } from 'yaml';

export const CONFIG_PATH = '/etc/diuna/config.yaml';
export const STORE_PATH = '/var/lib/diuna';
/** It guards nothing: only this machine's loopback leads to the guest. */
export const LOGIN = { username: 'lab', password: 'not-a-secret-at-all' } as const;

/** Two simulated zones, and a broker that the host reaches. @param sections replace whole sections. */
export function configText(sections: Readonly<Record<string, unknown>> = {}): string {
  return stringify({
    mqtt: { listen: ['0.0.0.0:1883'], limits: { messages_per_second: 10_000, message_burst: 10_000 } },
    http: { listen: null },
    users: { [LOGIN.username]: { password: cheapHash(LOGIN.password), role: 'admin' } },
    store: { path: STORE_PATH },
    renderer: { transition: 0 },
    strips: { main: { length: 60, output: { driver: 'simulated' } } },
    zones: { floor: { strip: 'main', range: [0, 29] }, shelf: { strip: 'main', range: [30, 59] } },
    home_assistant: { enabled: false },
    ...sections,
  });
}

/** As `diuna user add` makes it, but as cheap as the daemon takes it: the guest's processor is emulated. */
function cheapHash(password: string): string {
  const salt = Buffer.alloc(16, 'diuna');
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  return `$scrypt$ln=10,r=8,p=1$${[salt, hash].map((bytes) => bytes.toString('base64').replace(/=+$/, '')).join('$')}`;
}
