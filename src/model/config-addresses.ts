/** Mistakes in what is listened on: who could come in there, what it needs, and that every address stands once. Pure. */
import type { Address, Config } from './config.ts';
import type { Mistake } from './config-mistake.ts';

interface Listen {
  readonly address: Address;
  readonly path: readonly (string | number)[];
}

export function checkAddresses(config: Config): Mistake[] {
  const listens = listensOf(config);
  const hasUsers = Object.keys(config.users).length > 0;
  return [...(hasUsers ? [] : listens.flatMap(checkReach)), ...checkTls(config), ...checkTwice(listens)];
}

/** Whether only programs of this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost';
}

function listensOf({ mqtt, http }: Config): Listen[] {
  return [
    ...mqtt.listen.map((address, index) => ({ address, path: ['mqtt', 'listen', index] })),
    ...mqtt.listen_tls.map((address, index) => ({ address, path: ['mqtt', 'listen_tls', index] })),
    ...(http.listen === null ? [] : [{ address: http.listen, path: ['http', 'listen'] }]),
  ];
}

function checkReach({ address, path }: Listen): Mistake[] {
  if (isLoopback(address.host)) return [];
  const message =
    'must be a loopback address such as 127.0.0.1 as long as there are no users, or anybody in the network could steer the lights; ' +
    'to listen there add a user (diuna user add NAME), or use an SSH tunnel (ssh -L 1883:127.0.0.1:1883 pi@raspberrypi)';
  return [{ path, message, got: written(address) }];
}

function checkTls({ mqtt, http, tls }: Config): Mistake[] {
  if (tls !== null) return [];
  const message = 'needs a certificate: name its files in tls: { cert, key }';
  const [first] = mqtt.listen_tls;
  return [
    ...(first === undefined ? [] : [{ path: ['mqtt', 'listen_tls'], message, got: written(first) }]),
    ...(http.tls ? [{ path: ['http', 'tls'], message, got: 'true' }] : []),
  ];
}

function checkTwice(listens: readonly Listen[]): Mistake[] {
  const taken = new Map<string, string>();
  return listens.flatMap(({ address, path }) => {
    const key = `${address.host === 'localhost' ? '127.0.0.1' : address.host}:${address.port}`;
    const before = taken.get(key);
    taken.set(key, path.join('.'));
    if (address.port === 0 || before === undefined) return [];
    return [{ path, message: `is taken already by ${before}: every address may stand once`, got: written(address) }];
  });
}

function written({ host, port }: Address): string {
  return `${host}:${port}`;
}
