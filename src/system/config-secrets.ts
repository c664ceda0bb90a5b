/** Where a configuration holds secrets, or a person may have put one by mistake: what stands there is never repeated. */
type Path = readonly (string | number)[];

/** `*` stands for any key. A password has no place in `mqtt.broker`, and so is what somebody may try there. */
const secrets: readonly Path[] = [
  ['users', '*', 'password'],
  ['mqtt', 'broker_url'],
  ['mqtt', 'broker'],
];

/** Whether the value there is secret, or holds one, or is part of one: a map that is none may have been meant to hold it. */
export function mayHoldSecret(path: Path): boolean {
  return secrets.some((secret) => secret.every((key, index) => index >= path.length || key === '*' || key === path[index]));
}

/** Without a blank after the colon a key takes its value in: `{password:secret}` is one key. */
export function withoutSecretKeys(path: Path): Path {
  if (path[0] !== 'users' && path[0] !== 'mqtt') return path;
  return path.map((key) => (typeof key === 'number' || /^[\w.@-]{1,64}$/.test(key) ? key : '…'));
}
