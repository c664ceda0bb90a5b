/** The store's folder, its disk and how worn that gets. */
import { facts, file, simulated } from '../healthy.ts';
import { type Case, closedStore, store, unit } from './case.ts';

const folder = (mode: number, exists = true) => ({ path: '/srv/lights', chain: [file('/'), file('/srv', mode, 0, 0)], exists });
const openHome = { ...closedStore, chain: [file('/'), file('/home'), file('/home/diuna', 0o750, 990, 990)] };

export const storeCases: readonly Case[] = [
  [
    'a store that cannot be written',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: folder(0o755) })),
    'may not write',
    'install -d -o diuna',
  ],
  [
    'a store that cannot be made',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: folder(0o755, false) })),
    'may not make',
    'install -d -o diuna',
  ],
  [
    'a store in a closed folder',
    'store',
    'problem',
    facts(simulated, {}, store({ folder: closedStore })),
    '/home/pi',
    'chmod o+x /home/pi',
  ],
  [
    'a unit that hides homes',
    'store_unit',
    'problem',
    facts(simulated, { unit: unit({ ProtectHome: ['yes'] }) }, store({ folder: openHome })),
    'ProtectHome',
    'path: /var/lib/diuna',
  ],
  [
    'a unit that lets nothing be written',
    'store_unit',
    'problem',
    facts(simulated, { unit: unit({ ProtectSystem: ['strict'] }) }),
    'strict',
    'ReadWritePaths=/var/lib/diuna',
  ],
  ['a store in memory', 'store_memory', 'warning', facts(simulated, {}, store({ inMemory: true })), 'in memory', 'store: {'],
  ['little room', 'store_space', 'warning', facts(simulated, {}, store({ freeBytes: 50 * 2 ** 20 })), 'only 50 MiB', 'apt clean'],
  ['no room', 'store_space', 'problem', facts(simulated, {}, store({ freeBytes: 4096 })), 'only 0 MiB', 'journalctl --vacuum'],
  [
    'a slow card',
    'store_sync',
    'warning',
    facts(simulated, {}, store({ sync: { kind: 'measured', worstMs: 612.3, rounds: 1 } })),
    '612.3 ms',
    'dmesg',
  ],
  [
    'a card that hangs',
    'store_sync',
    'warning',
    facts(simulated, {}, store({ sync: { kind: 'late', waitedMs: 900 } })),
    'after 900 ms',
    'dmesg',
  ],
  [
    'a card that is written a lot',
    'disk_writes',
    'note',
    facts(simulated, { disks: [{ name: 'mmcblk0', writtenBytes: 24 * 512 * 2 ** 20 }] }),
    '512 MiB an hour',
    'iotop',
  ],
];
