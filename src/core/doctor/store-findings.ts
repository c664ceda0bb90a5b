/** Findings about where diuna keeps what it decided: whether it may write there, how fast that is, and how worn the card gets. Pure. */
import type { DiskFacts, MachineFacts, StoreFacts, UnitFacts } from './facts.ts';
import { type Finding, fine, notApplicable, note, problem, warning } from './finding.ts';
import { firstClosed, may } from './permission.ts';

const MIB = 1024 * 1024;
/** The journal's segments and two snapshots, with room for a retained message or two. */
const LITTLE_BYTES = 100 * MIB;
/** A client waits for the disk before it is answered; SD cards usually take some tens of milliseconds. */
const SLOW_MS = 250;
/** About 6 GB a day: a card of 32 GB is written over once in five days. */
const MUCH_BYTES_AN_HOUR = 256 * MIB;
/** Starting writes more than anything after it. */
const TOO_EARLY_S = 1800;

export function storeFindings(machine: MachineFacts, store: StoreFacts): Finding[] {
  return [
    checkWritable(machine, store),
    ...(machine.unit === null ? [] : [checkUnit(machine.unit, store.folder.path)]),
    ...checkSpace(store),
    checkSync(store),
    ...machine.disks.map((disk) => checkWrites(disk, machine.uptimeS)),
  ];
}

function checkWritable({ account, unit }: MachineFacts, { folder }: StoreFacts): Finding {
  const { path, chain, exists } = folder;
  if (stateFolders(unit).some((own) => isWithin(path, own))) return fine('store', `${path} is made for the service`);
  const closed = firstClosed(account, folder);
  const last = chain.at(-1);
  const cure = `Run "sudo install -d -o ${account.name} -m 700 ${path}".`;
  if (closed !== null)
    return problem(
      'store',
      `user ${account.name} may not enter ${closed.path}, where the store ${path} is`,
      `Run "sudo chmod o+x ${closed.path}", or name another folder: "store: { path: /var/lib/diuna }".`,
    );
  if (last === undefined || !may(account, last, 'write', 'enter')) {
    const found = exists
      ? `user ${account.name} may not write to the store ${path}`
      : `user ${account.name} may not make the store ${path}`;
    return problem('store', found, cure);
  }
  return fine('store', exists ? `user ${account.name} may write to ${path}` : `user ${account.name} may make ${path}`);
}

/** Of the hardening that units bring: the whole system read-only but for some folders, and homes out of sight. */
function checkUnit(unit: UnitFacts, path: string): Finding {
  const open = [...stateFolders(unit), ...list(unit, 'ReadWritePaths').map((one) => one.replace(/^[-+]+/, ''))];
  const strict = unit.settings.get('ProtectSystem')?.at(-1) === 'strict';
  const homes = /^(yes|true|on|1|read-only|tmpfs)$/i.test(unit.settings.get('ProtectHome')?.at(-1) ?? '');
  const cure = `Name a folder of the service's: "store: { path: /var/lib/diuna }"; or run "sudo systemctl edit diuna" and write below [Service]: "ReadWritePaths=${path}".`;
  if (homes && /^\/(home|root|run\/user)(\/|$)/.test(path)) {
    return problem(
      'store_unit',
      `the service's unit hides homes (ProtectHome), and the store ${path} is in one`,
      cure.split('; or')[0] ?? cure,
    );
  }
  if (strict && !open.some((one) => isWithin(path, one))) {
    return problem('store_unit', `the service's unit lets nothing write to ${path} (ProtectSystem=strict)`, cure);
  }
  return fine('store_unit', `the service's unit lets the store ${path} be written`);
}

function stateFolders(unit: UnitFacts | null): string[] {
  return unit === null ? [] : list(unit, 'StateDirectory').map((name) => `/var/lib/${name}`);
}

function list(unit: UnitFacts, key: string): string[] {
  return (unit.settings.get(key) ?? []).flatMap((value) => value.split(/\s+/)).filter((value) => value !== '');
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function checkSpace({ folder, freeBytes, inMemory }: StoreFacts): Finding[] {
  const memory = inMemory
    ? [
        warning(
          'store_memory',
          `${folder.path} is in memory: all of it is gone at a restart`,
          'Name a folder on a disk: "store: { path: /var/lib/diuna }".',
        ),
      ]
    : [];
  if (freeBytes === null) return memory;
  const free = `${Math.floor(freeBytes / MIB)} MiB are free at ${folder.path}`;
  if (freeBytes >= LITTLE_BYTES) return [...memory, fine('store_space', free)];
  const cure =
    'Make room: "sudo apt clean" and "sudo journalctl --vacuum-size=50M" help at once; "sudo du -xh / | sort -h | tail" shows what is large.';
  return [...memory, (freeBytes < MIB ? problem : warning)('store_space', `only ${free}`, cure)];
}

function checkSync({ folder, sync }: StoreFacts): Finding {
  const cure =
    'Does the kernel complain of the card ("sudo dmesg | grep mmc")? Replace an old one; those marked A1 or A2, and SSDs, are faster.';
  switch (sync.kind) {
    case 'skipped':
      return notApplicable('store_sync', sync.why);
    case 'late':
      return warning(
        'store_sync',
        `a small write to ${folder.path} was not on the disk after ${sync.waitedMs} ms: answers wait for that`,
        cure,
      );
    case 'measured': {
      const found = `the slowest of ${sync.rounds} small writes to ${folder.path} took ${sync.worstMs.toFixed(1)} ms`;
      return sync.worstMs > SLOW_MS ? warning('store_sync', `${found}: answers wait for that`, cure) : fine('store_sync', found);
    }
  }
}

function checkWrites({ name, writtenBytes }: DiskFacts, uptimeS: number): Finding {
  if (uptimeS < TOO_EARLY_S) return notApplicable('disk_writes', `${name}: the machine was started less than half an hour ago`);
  const anHour = writtenBytes / (uptimeS / 3600);
  const found = `${name} was written ${Math.round(anHour / MIB)} MiB an hour since the start`;
  if (anHour <= MUCH_BYTES_AN_HOUR) return fine('disk_writes', found);
  return note('disk_writes', `${found}, which wears cards out`, 'Find who writes: "sudo apt install iotop-c", then "sudo iotop -ao".');
}
