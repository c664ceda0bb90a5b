/** One run of QEMU: a PC with two disks, one network card, the laboratory's shell, and a console that is logged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Base } from '../prepare/base.ts';
import type { Accelerator } from './accelerator.ts';
import type { Disk } from './disk.ts';
import { Monitor } from './monitor.ts';
import { Shell } from './shell.ts';

export interface QemuOptions {
  readonly base: Base;
  readonly disk: Disk;
  /** A second one, the guest's DATA_DEVICE. */
  readonly data: Disk;
  /** Holds its sockets and its console's log. */
  readonly folder: string;
  /** Of loopback, which lead to these ports of the guest. */
  readonly ports: Readonly<Record<number, number>>;
  /** The file of a saved state; left out: the machine boots. */
  readonly state?: string;
}

const MEMORY_MB = 512;
/** What a saved state fits to, with the devices below. */
export function machineWords({ words }: Accelerator): string[] {
  return ['-M', 'q35', ...words, '-smp', '2', '-m', String(MEMORY_MB)];
}
const CONNECT_MS = 30_000;

export class Qemu {
  readonly shell: Shell;
  readonly monitor: Monitor;
  readonly #process: ChildProcess;
  readonly #console: string;

  private constructor(child: ChildProcess, shell: Shell, monitor: Monitor, console: string) {
    this.#process = child;
    this.shell = shell;
    this.monitor = monitor;
    this.#console = console;
  }

  static async start(options: QemuOptions): Promise<Qemu> {
    const { folder } = options;
    const [shell, monitor] = await Promise.all([listen(join(folder, 'shell')), listen(join(folder, 'monitor'))]);
    // Ends with us, however we end.
    const words = ['-n', '10', 'setpriv', '--pdeathsig', 'KILL', 'qemu-system-x86_64', ...commandLine(options)];
    const child = spawn('nice', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaints.length < 10_000) complaints += chunk.toString();
    });
    const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`QEMU ended with ${code}: ${complaints}`)));
    gone.catch(() => undefined); // only the first half minute matters
    const sockets = Promise.all([shell.connected, monitor.connected]);
    const [shellSocket, monitorSocket] = await Promise.race([sockets, gone, late()]);
    return new Qemu(child, new Shell(shellSocket), await Monitor.open(monitorSocket), join(folder, 'console'));
  }

  /** Ends it at once. What the guest's kernel had not flushed to the disk is lost, as when the plug is pulled. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended();
  }

  async ended(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
  }

  /** What the kernel and systemd said. */
  console(): Promise<string> {
    return readFile(this.#console, 'utf8');
  }
}

/**
 * A disk is written through to the host's memory, which outlives QEMU. QEMU keeps its own tables of a qcow2 file until
 * the guest flushes, so that blocks it never flushed may be lost, or not, in any order: a disk with a cache of its own.
 */
function commandLine({ base, disk, data, folder, ports, state }: QemuOptions): string[] {
  const forwards = Object.entries(ports).map(([guest, host]) => `,hostfwd=tcp:127.0.0.1:${host}-10.0.2.15:${guest}`);
  return [
    ...machineWords(base.accelerator),
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', base.kernel, '-initrd', base.initramfs, '-append', kernelWords(base.accelerator)],
    ...[disk, data].flatMap(({ path }) => ['-drive', `file=${path},if=virtio,format=qcow2,cache=writeback`]),
    ...['-nic', `user,model=virtio-net-pci,restrict=on${forwards.join('')}`],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', `socket,id=shell,path=${join(folder, 'shell')}`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=shell,name=lab.shell,nr=1'],
    ...['-chardev', `socket,id=monitor,path=${join(folder, 'monitor')}`, '-mon', 'chardev=monitor,mode=control'],
    ...['-serial', `file:${join(folder, 'console')}`],
    ...(state === undefined ? [] : ['-incoming', `exec:cat '${state}'`]),
  ];
}

/**
 * Emulated, it boots with one processor: while the kernel changes its own code, as it does at the start, the other one was
 * seen to run what was half changed.
 */
function kernelWords({ name }: Accelerator): string {
  const words = 'console=ttyS0 quiet panic=-1 mitigations=off net.ifnames=0 systemd.show_status=0';
  return name === 'tcg' ? `${words} maxcpus=1` : words;
}

/** Listens before QEMU starts, so that nobody has to try again. */
async function listen(path: string): Promise<{ readonly connected: Promise<Socket> }> {
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      server.close();
      resolve(socket);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return { connected };
}

function late(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`QEMU did not connect within ${CONNECT_MS / 1000} s`)), CONNECT_MS).unref();
  });
}
