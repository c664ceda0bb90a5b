/**
 * Commands within the root that holds Home Assistant: in a mount namespace of their own, so that nothing is left mounted
 * and any number run side by side. The network is the host's, but where the root may not be written to no name beyond this
 * machine is found: nothing waits for the Internet. They end when we end, however that is.
 */

export interface Inside {
  readonly root: string;
  /** Whether the root itself may be written to; /tmp always may, and is empty. */
  readonly writable?: boolean;
  /** Folders of the host, by the folders of the root where they appear; those exist. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** Takes the root, `ro` or `rw`, how many words say folders, those words, and the command. */
const SCRIPT = `
set -e
root=$1 mode=$2 count=$3
shift 3
mount --bind "$root" "$root"
cd "$root"
mount --bind /proc proc
mount --rbind /dev dev
[ "$mode" = ro ] || for name in resolv.conf hosts; do [ ! -f "/etc/$name" ] || mount --bind "/etc/$name" "etc/$name"; done
mount -t tmpfs tmpfs tmp
while [ "$count" -gt 0 ]; do
  mount --bind "$1" ".$2"
  shift 2
  count=$((count - 2))
done
[ "$mode" = rw ] || mount -o remount,bind,ro "$root"
exec chroot . "$@"
`;

/** @returns the program and the words to run, as root. */
export function inside({ root, writable = false, folders = {} }: Inside, words: readonly string[]): [string, string[]] {
  const shared = Object.entries(folders).flatMap(([where, folder]) => [folder, where]);
  const script = ['sh', '-c', SCRIPT, 'inside', root, writable ? 'rw' : 'ro', String(shared.length), ...shared];
  return ['setpriv', ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', ...script, ...words]];
}
