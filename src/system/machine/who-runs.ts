/** Finds who the daemon runs as: whom the service's unit names where there is one for this configuration, or whoever asks. */
import { isAbsolute, resolve } from 'node:path';
import type { Account, MachineFacts, UnitFacts } from '../../core/doctor/facts.ts';
import type { Files } from './files.ts';

/** Whoever runs this program. */
export interface Self {
  readonly platform: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

/** In the order in which systemd looks (systemd.unit(5)). */
const UNIT_FOLDERS = [
  'etc/systemd/system',
  'run/systemd/system',
  'usr/local/lib/systemd/system',
  'usr/lib/systemd/system',
  'lib/systemd/system',
];
const UNIT = 'diuna.service';
export const RENDERER_UNIT = 'diuna-renderer.service';

type WhoRuns = Pick<MachineFacts, 'unit' | 'hasRenderer' | 'account'>;

export function whoRuns(files: Files, self: Self, config: string): WhoRuns {
  const unit = readUnit(files, config);
  const hasRenderer = UNIT_FOLDERS.some((folder) => files.has(`${folder}/${RENDERER_UNIT}`));
  if (unit === null) return { unit, hasRenderer, account: accountOf(files, self) };
  const extra = (unit.settings.get('SupplementaryGroups') ?? []).flatMap((value) => value.split(/\s+/)).filter((name) => name !== '');
  const named = namedAccount(files, unit.user, extra);
  return { unit, hasRenderer, account: named ?? { name: unit.user, uid: -1, gids: [], groups: [] } };
}

/** @returns null where there is no service, or one of another configuration. */
function readUnit(files: Files, config: string): UnitFacts | null {
  const settings = unitSettings(files, UNIT);
  const words = wordsOf(settings);
  if (settings === null || words === null) return null;
  const own = option(words, '-c', '--config');
  if (own === null || !isAbsolute(own) || resolve(own) !== config) return null;
  const user = settings.get('User')?.at(-1) ?? 'root';
  const dropsTo = option(words, '--user');
  return {
    user: dropsTo ?? user,
    startsAsRoot: user === 'root',
    settings,
  };
}

/** What it starts, word by word. */
export function wordsOf(settings: ReadonlyMap<string, readonly string[]> | null): readonly string[] | null {
  return settings?.get('ExecStart')?.at(-1)?.split(/\s+/) ?? null;
}

export function option(words: readonly string[], ...names: readonly string[]): string | null {
  const at = words.findIndex((word) => names.includes(word));
  return at < 0 ? null : (words[at + 1] ?? null);
}

/** Of the unit and its drop-ins, the keys of [Service]. */
export function unitSettings(files: Files, name: string): Map<string, string[]> | null {
  const folder = UNIT_FOLDERS.find((one) => files.has(`${one}/${name}`));
  if (folder === undefined) return null;
  const dropIns = UNIT_FOLDERS.toReversed().flatMap((one) => {
    const inside = `${one}/${name}.d`;
    return files.names(inside).flatMap((file) => (file.endsWith('.conf') ? (files.text(`${inside}/${file}`) ?? []) : []));
  });
  const settings = new Map<string, string[]>();
  for (const text of [files.text(`${folder}/${name}`) ?? '', ...dropIns]) addSettings(settings, text);
  return settings;
}

/** A key may stand several times; without a value it forgets those before. */
function addSettings(settings: Map<string, string[]>, text: string): void {
  let inService = false;
  for (const raw of text.replaceAll('\\\n', ' ').split('\n')) {
    const line = raw.trim();
    if (line.startsWith('[')) inService = line === '[Service]';
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (!inService || key === undefined || value === undefined) continue;
    if (value === '') settings.delete(key);
    else settings.set(key, [...(settings.get(key) ?? []), value]);
  }
}

/** Users of other sources than the file are told by number. */
function accountOf(files: Files, { uid, gids }: Self): Account {
  const name = users(files).find((user) => user.uid === uid)?.name ?? (uid === 0 ? 'root' : `${uid}`);
  const names = groups(files);
  return { name, uid, gids, groups: gids.map((gid) => names.find((group) => group.gid === gid)?.name ?? `${gid}`) };
}

function namedAccount(files: Files, name: string, extra: readonly string[]): Account | null {
  const user = users(files).find((one) => one.name === name || `${one.uid}` === name);
  if (user === undefined) return name === 'root' ? { name, uid: 0, gids: [0], groups: ['root'] } : null;
  const own = groups(files).filter((group) => group.gid === user.gid || group.members.includes(user.name) || extra.includes(group.name));
  const gids = new Set([user.gid, ...own.map((group) => group.gid)]);
  return { name: user.name, uid: user.uid, gids: [...gids], groups: own.map((group) => group.name) };
}

function users(files: Files): { name: string; uid: number; gid: number }[] {
  return rows(files, 'etc/passwd').map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function groups(files: Files): { name: string; gid: number; members: string[] }[] {
  return rows(files, 'etc/group').map(([name = '', , gid, members = '']) => ({ name, gid: Number(gid), members: members.split(',') }));
}

function rows(files: Files, path: string): string[][] {
  return (files.text(path) ?? '').split('\n').flatMap((line) => (line.includes(':') ? [line.split(':')] : []));
}
