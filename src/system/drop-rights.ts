/** Gives root away for good, once what needs it is open. */
import { execFileSync } from 'node:child_process';
import { assert } from '../base/assert-never.ts';
import { Fault } from '../base/fault.ts';

const LOOKUP_MS = 5000;

/**
 * The process becomes `user`, with that user's groups (of which `gpio` or `spi` may matter), and cannot go back.
 * Where it is that user already, nothing happens.
 * @throws Fault
 */
export function dropRights(user: string): void {
  const { getuid, setuid, setgid } = process;
  const initgroups: unknown = Reflect.get(process, 'initgroups'); // Node's types leave it out
  assert(getuid !== undefined && setuid !== undefined && setgid !== undefined, 'this system has users');
  assert(typeof initgroups === 'function', 'this system has groups');
  const [uid, gid] = [lookUp(user, '-u'), lookUp(user, '-g')];
  if (uid === 0) throw new Fault('user_is_root', `${user} is root itself`, 'name an unprivileged user, such as diuna');
  if (getuid() === uid) return;
  if (getuid() !== 0) {
    throw new Fault('not_root', `only root can become ${user}`, 'start as root (sudo, or a service without User=), or leave out --user');
  }
  try {
    Reflect.apply(initgroups, process, [user, gid]); // groups first: without root nobody may change them
    setgid(gid);
    setuid(uid); // of root: real, effective and saved, of all threads
  } catch (cause) {
    throw cannotChange(user, cause);
  }
  verify(uid, gid);
}

/** Node with a libuv that uses io_uring refuses to change users at all, as Debian 13's does (node:process, `setuid`). */
function cannotChange(user: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const cure = `let systemd start it as ${user} (User=${user}, as "diuna service install" writes it), and leave out --user`;
  return new Fault('cannot_change_user', `this Node cannot become ${user}: ${why}`, cure, cause);
}

/** The name service knows users of other sources than /etc/passwd too, so it is asked and not the file. */
function lookUp(user: string, what: '-u' | '-g'): number {
  const cure = `create it (sudo useradd --system --shell /usr/sbin/nologin ${user}), or name another`;
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31}$/.test(user))
    throw new Fault('no_such_user', `${JSON.stringify(user)} is no name of a user`, 'name one');
  try {
    const found = execFileSync('id', [what, '--', user], { encoding: 'utf8', timeout: LOOKUP_MS, stdio: ['ignore', 'pipe', 'ignore'] });
    return Number.parseInt(found, 10);
  } catch (cause) {
    throw new Fault('no_such_user', `there is no user ${user}`, cure, cause);
  }
}

/** A process that believes to have no rights but has them is worse than one that ends. */
function verify(uid: number, gid: number): void {
  const { getuid, geteuid, getgid, getegid, getgroups } = process;
  assert(getuid?.() === uid && geteuid?.() === uid, 'the user was taken on');
  assert(getgid?.() === gid && getegid?.() === gid && getgroups?.().includes(0) === false, 'the groups were taken on');
  let regained = true;
  try {
    process.setuid?.(0);
  } catch {
    regained = false; // as it must be
  }
  assert(!regained, 'root cannot be taken back');
}
