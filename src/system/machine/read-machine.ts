/** Reads what `diuna doctor` wants to know of the machine, whatever the configuration says. Changes nothing, waits for nothing. */
import type { BootFile, ClockFacts, DiskFacts, FileFacts, MachineFacts } from '../../core/doctor/facts.ts';
import type { Files } from './files.ts';
import { readGpio } from './gpio.ts';
import { readListening } from './listening.ts';
import { type Self, whoRuns } from './who-runs.ts';

/** Linux counts sectors of 512 bytes here, whatever the disk's own are (Documentation/block/stat.rst). */
const SECTOR_BYTES = 512;
const SECTORS_WRITTEN_FIELD = 6;
const MOST_INCLUDES = 8;

/** @param config the configuration's path: a service that runs it says who the daemon is. */
export function readMachine(files: Files, self: Self, config: string): MachineFacts {
  const names = files.names('dev');
  return {
    platform: self.platform,
    board: readBoard(files),
    throttled: readHex(files.text('sys/devices/platform/soc/soc:firmware/get_throttled')),
    modules: new Set((files.text('proc/modules') ?? '').split('\n').map((line) => line.split(' ')[0] ?? '')),
    blacklist: readBlacklist(files),
    boot: readBoot(files),
    hasMem: files.has('dev/mem'),
    hasVcio: files.has('dev/vcio'),
    spi: names.filter((name) => name.startsWith('spidev')).flatMap((name) => absolute(files, `dev/${name}`)),
    gpio: readGpio(files),
    clock: readClock(files),
    listening: readListening(files),
    disks: readDisks(files),
    uptimeS: Number.parseFloat(files.text('proc/uptime') ?? '0'),
    ...whoRuns(files, self, config),
  };
}

/** As people name it. */
export function absolute(files: Files, path: string): FileFacts[] {
  const facts = files.facts(path);
  return facts === null ? [] : [{ ...facts, path: `/${path}` }];
}

function readBoard(files: Files): MachineFacts['board'] {
  const model = files.text('proc/device-tree/model')?.replace(/\0+$/, '') ?? null; // device-tree texts end in a NUL
  const bytes = files.bytes('proc/device-tree/system/linux,revision');
  if (bytes !== null && bytes.length >= 4) return { model, revision: bytes.readUInt32BE(0) };
  const digits = /^Revision\s*: *([0-9a-f]+)$/im.exec(files.text('proc/cpuinfo') ?? '')?.[1];
  return { model, revision: digits === undefined ? null : Number.parseInt(digits, 16) };
}

function readHex(text: string | null): number | null {
  const value = Number.parseInt(text ?? '', 16);
  return Number.isNaN(value) ? null : value;
}

function readBlacklist(files: Files): ReadonlySet<string> {
  const folder = 'etc/modprobe.d';
  const texts = files.names(folder).flatMap((name) => (name.endsWith('.conf') ? (files.text(`${folder}/${name}`) ?? []) : []));
  return new Set([...texts.join('\n').matchAll(/^\s*blacklist\s+(\S+)/gm)].map(([, name = '']) => name));
}

/** The firmware's partition is at /boot/firmware since Raspberry Pi OS 12. */
function readBoot(files: Files): BootFile | null {
  for (const folder of ['boot/firmware', 'boot']) {
    const text = files.text(`${folder}/config.txt`);
    if (text !== null) return { path: `/${folder}/config.txt`, text: withIncludes(files, folder, text) };
  }
  return null;
}

/** One level of `include other.txt`. */
function withIncludes(files: Files, folder: string, text: string): string {
  let left = MOST_INCLUDES;
  return text.replace(/^include\s+(\S+)\s*$/gm, (line, name: string) => {
    left -= 1;
    return left < 0 || name.includes('..') ? line : (files.text(`${folder}/${name}`) ?? '');
  });
}

function readClock(files: Files): ClockFacts {
  if (files.has('run/systemd/timesync/synchronized')) return 'synchronized';
  const others = ['run/chrony/chronyd.pid', 'run/chronyd.pid', 'run/ntpd.pid', 'run/ntpsec/ntpd.pid', 'run/openntpd.pid'];
  if (others.some((path) => files.has(path))) return 'other';
  return files.has('run/systemd/timesync') ? 'not_yet' : 'none';
}

function readDisks(files: Files): DiskFacts[] {
  const cards = files.names('sys/block').filter((name) => /^mmcblk\d+$/.test(name));
  return cards.flatMap((name) => {
    const fields = files.text(`sys/block/${name}/stat`)?.trim().split(/\s+/).map(Number) ?? [];
    const sectors = fields[SECTORS_WRITTEN_FIELD];
    return sectors === undefined || Number.isNaN(sectors) ? [] : [{ name, writtenBytes: sectors * SECTOR_BYTES }];
  });
}
