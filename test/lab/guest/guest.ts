/**
 * A Linux machine of its own, emulated: booted or restored, told what to do, and ended by pulling its plug. It reaches
 * nobody, and we reach the ports that were forwarded.
 */
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { freePort } from '../../support/daemon.ts';
import type { Base } from '../prepare/base.ts';
import { type Disk, diskAbove, emptyDisk } from './disk.ts';
import { Qemu } from './qemu.ts';
import type { Ran, RunOptions, Shell } from './shell.ts';

/** A machine that stands still, with its disk as it was: as many guests as wanted go on from it. */
export interface Snapshot {
  readonly disk: Disk;
  readonly state: string;
}

/** Of the guest; what listens there is reached from the host. */
export const MQTT_PORT = 1883;
/** A second disk (ext4), for what outlives the machine: empty unless one is given, and not mounted. */
export const DATA_DEVICE = '/dev/vdb';
const BOOT_SECONDS = 60;

export class Guest {
  readonly disk: Disk;
  readonly data: Disk;
  /** Of the host's loopback: leads to the guest's MQTT_PORT. */
  readonly mqttPort: number;
  readonly #qemu: Qemu;
  readonly #shell: Shell;

  private constructor(qemu: Qemu, disk: Disk, data: Disk, mqttPort: number) {
    this.#qemu = qemu;
    this.#shell = qemu.shell;
    this.disk = disk;
    this.data = data;
    this.mqttPort = mqttPort;
  }

  /** Switches a machine on, and resolves when its shell answers. @param folder for its files. */
  static async boot(base: Base, disk: Disk, folder: string, data?: Disk): Promise<Guest> {
    const guest = await Guest.#start(base, disk, folder, data);
    await guest.#answering(BOOT_SECONDS);
    await guest.must('echo 1 >/sys/devices/system/cpu/cpu1/online');
    return guest;
  }

  /** Goes on where the snapshot was made, on a disk of its own. @param data what DATA_DEVICE is now; nobody may have mounted it before. */
  static async restore(base: Base, snapshot: Snapshot, folder: string, data?: Disk): Promise<Guest> {
    const own = await mkdtemp(join(folder, 'disk-'));
    const disk = await diskAbove(snapshot.disk, join(own, 'disk.qcow2'));
    const guest = await Guest.#start(base, disk, folder, data, snapshot.state);
    await guest.#qemu.monitor.goOn();
    await guest.#answering(BOOT_SECONDS);
    // Its clock stood still, and it may remember what it saw of another second disk.
    await guest.must(`date -s @${(Date.now() / 1000).toFixed(3)} && blockdev --flushbufs ${DATA_DEVICE}`);
    return guest;
  }

  static async #start(base: Base, disk: Disk, folder: string, given?: Disk, state?: string): Promise<Guest> {
    await mkdir(folder, { recursive: true });
    const own = await mkdtemp(join(folder, 'run-'));
    const data = given ?? (await emptyDisk(join(own, 'data.qcow2')));
    const mqttPort = await freePort();
    const ports = { [MQTT_PORT]: mqttPort };
    const qemu = await Qemu.start({ base, disk, data, folder: own, ports, ...(state === undefined ? {} : { state }) });
    return new Guest(qemu, disk, data, mqttPort);
  }

  async #answering(seconds: number): Promise<void> {
    try {
      await this.#shell.run('true', { seconds });
    } catch (cause) {
      const console = await this.console();
      await this.cut();
      throw new Error(`the guest did not come up; its console says:\n${console.slice(-3000)}`, { cause });
    }
  }

  /** Runs a command of bash as root. */
  run(command: string, options: RunOptions = {}): Promise<Ran> {
    return this.#shell.run(command, options);
  }

  /** @returns what it printed, without the last newline. @throws where it fails. */
  async must(command: string, options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0) throw new Error(`in the guest ended with ${code}: ${command}\n${stdout}${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** @param path of a file, whose content may also be given. */
  async copyIn(content: string | Uint8Array, path: string): Promise<void> {
    const input = typeof content === 'string' ? await readFile(content) : content;
    await this.must(`mkdir -p "$(dirname '${path}')" && cat >'${path}'`, { input });
  }

  async copyOut(path: string): Promise<Buffer> {
    const { code, bytes, stderr } = await this.run(`cat '${path}'`);
    if (code !== 0) throw new Error(`${basename(path)} cannot be read in the guest: ${stderr}`);
    return bytes;
  }

  /** The machine is no more afterwards. @param state the file to write. */
  async snapshot(state: string): Promise<Snapshot> {
    await this.must('sync');
    await this.#qemu.monitor.save(state);
    await this.#qemu.kill();
    return { disk: this.disk, state };
  }

  /** A power cut: what was not flushed to the disk is lost. @returns what is left to boot from. */
  async cut(): Promise<Disk> {
    await this.#qemu.kill();
    return this.disk;
  }

  console(): Promise<string> {
    return this.#qemu.console();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}
