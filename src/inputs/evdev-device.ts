/** Finds and opens a kernel input device by what the configuration calls it. */
import type { Stats } from 'node:fs';
import { access, type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { closedByUnit } from './closed-by-unit.ts';
import { InputError } from './knob-driver.ts';

/**
 * Opens it for reading; from now on the kernel keeps its events for us.
 * @param root /dev/input @param name a path, a name in by-path or by-id, or an event device by name or number. @throws InputError
 */
export async function openInputDevice(root: string, name: string): Promise<FileHandle> {
  const path = await findPath(root, name);
  try {
    const stats = await stat(path);
    if (!isReadable(stats)) throw notADevice(path);
    return await open(path, stats.isFIFO() ? 'r+' : 'r');
  } catch (cause) {
    throw await deviceFault(cause, root, path);
  }
}

/** A FIFO will do for trying things out; it is opened so that this does not wait for whoever writes to it. */
function isReadable(stats: Stats): boolean {
  return stats.isCharacterDevice() || stats.isFIFO();
}

async function findPath(root: string, name: string): Promise<string> {
  if (name.startsWith('/')) return name;
  const number = /^(?:event)?(\d+)$/.exec(name)?.[1];
  if (number !== undefined) return join(root, `event${number}`);
  for (const folder of ['by-path', 'by-id']) {
    const path = join(root, folder, name);
    if (await exists(path)) return path;
  }
  return join(root, 'by-path', name);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (cause) {
    if (errorCode(cause) === null) throw cause;
    return false;
  }
}

function notADevice(path: string): InputError {
  const cure = 'Name a device of /dev/input/by-path whose name ends in -event.';
  return new InputError('evdev_no_device', `${path} is no input device`, cure, { lasting: true });
}

/** Of whatever the system said while it was opened. */
export async function deviceFault(cause: unknown, root: string, path: string): Promise<InputError> {
  if (cause instanceof InputError) return cause;
  const code = errorCode(cause);
  if (code === 'EPERM') {
    return new InputError('evdev_no_permission', `the service may not open ${path}`, closedByUnit('char-input r'), { cause });
  }
  if (code === 'EACCES') {
    const cure = 'Let the user that diuna runs as read input devices: "sudo usermod -aG input <user>", then restart diuna.';
    return new InputError('evdev_no_permission', `no permission to read ${path}`, cure, { cause });
  }
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') {
    const there = await knownDevices(root);
    const known = there.length === 0 ? `${root} has none` : `there are ${there.join(', ')}`;
    const cure = 'Is its overlay in config.txt (dtoverlay=rotary-encoder,…), and was the Pi restarted since?';
    return new InputError('evdev_no_device', `there is no input device ${path}: ${known}`, cure, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  return new InputError('evdev_failed', `cannot read ${path}: ${said}`, 'Look with "sudo evtest" whether it tells anything.', { cause });
}

const TOLD = 12;

async function knownDevices(root: string): Promise<string[]> {
  const lists = await Promise.all(['by-path', 'by-id'].map((folder) => readdir(join(root, folder)).catch(() => [])));
  return lists.flat().sort().slice(0, TOLD);
}

/** Of a device that was open: it is looked for anew later. */
export function goneFault(name: string, said: string): InputError {
  const cure = 'It is opened again by itself once it is back.';
  if (/no such device/i.test(said)) return new InputError('evdev_gone', `the input device ${name} is gone`, cure);
  return new InputError('evdev_ended', `reading the input device ${name} ended: ${said}`, cure);
}
