/** Machines as folders: the files of a Raspberry Pi or a PC by which `diuna doctor` knows it, all of them well until told otherwise. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

export interface Kind {
  readonly model: string | null;
  readonly revision: number;
  readonly arch: string;
  /** Label and first number of the header's chip. */
  readonly chip: readonly [label: string, base: number, lines: number];
  /** What its lights and knobs are configured as. */
  readonly config: string;
}

const PINS = `strips: { main: { length: 60, output: { driver: ws281x, gpio: 18 } } }
knobs: { desk: { driver: onoff, clk: 17, dt: 27, switch: 22, zone: floor } }`;
const SPI = `strips: { main: { length: 60, output: { driver: spi } } }
knobs: { desk: { driver: gpio, clk: 17, dt: 27, switch: 22, zone: floor } }`;

export const kinds = {
  'Pi Zero W': { model: 'Raspberry Pi Zero W Rev 1.1', revision: 0x9000c1, arch: 'arm', chip: ['pinctrl-bcm2835', 0, 54], config: PINS },
  'Pi 3': {
    model: 'Raspberry Pi 3 Model B Plus Rev 1.3',
    revision: 0xa020d3,
    arch: 'arm64',
    chip: ['pinctrl-bcm2835', 512, 54],
    config: PINS,
  },
  'Pi 4 v1.5': {
    model: 'Raspberry Pi 4 Model B Rev 1.5',
    revision: 0xb03115,
    arch: 'arm64',
    chip: ['pinctrl-bcm2711', 512, 58],
    config: SPI,
  },
  'Pi 5': { model: 'Raspberry Pi 5 Model B Rev 1.0', revision: 0xc04170, arch: 'arm64', chip: ['pinctrl-rp1', 569, 54], config: SPI },
  PC: {
    model: null,
    revision: 0,
    arch: 'x64',
    chip: ['', 0, 0],
    config: 'strips: { main: { length: 60, output: { driver: ddp, host: 192.0.2.7 } } }',
  },
} satisfies Record<string, Kind>;
export type KindName = keyof typeof kinds;

const UNIT = `[Unit]
After=local-fs.target
[Service]
User=diuna
Group=diuna
ExecStart=/usr/bin/env diuna run --config /etc/diuna/config.yaml
StateDirectory=diuna
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ReadWritePaths=-/sys/class/gpio -/sys/devices/platform
`;
const RENDERER_UNIT = `[Service]
User=root
ExecStart=/usr/bin/env diuna renderer --config /etc/diuna/config.yaml --socket /run/diuna-renderer/socket
`;
const CORE = '[pi3]\ncore_freq=250\n[pi4]\ncore_freq=500\ncore_freq_min=500\n[all]\n';

export class MachineRoot {
  readonly root = mkdtempSync(join(tmpdir(), 'diuna-root-'));

  constructor() {
    roots.push(this.root);
    chmodSync(this.root, 0o755);
  }

  put(path: string, content: string | Buffer = '', mode = 0o644): this {
    this.folder(dirname(path));
    writeFileSync(join(this.root, path), content);
    chmodSync(join(this.root, path), mode);
    return this;
  }

  folder(path: string, mode = 0o755): this {
    const parts = path.split('/').filter((part) => part !== '');
    for (let count = 1; count <= parts.length; count += 1) {
      const folder = join(this.root, ...parts.slice(0, count));
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, count === parts.length ? mode : 0o755);
    }
    return this;
  }

  remove(path: string): this {
    rmSync(join(this.root, path), { recursive: true, force: true });
    return this;
  }
}

/** With diuna as a service, and the renderer's. */
export function machineRoot(name: KindName): MachineRoot {
  const kind: Kind = kinds[name];
  const machine = new MachineRoot()
    .put('etc/diuna/config.yaml', configOf(kind.config))
    .put('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\ndiuna:x:64990:64990::/:/usr/sbin/nologin\n')
    .put('etc/group', 'root:x:0:\ndiuna:x:64990:\nspi:x:64991:diuna\ngpio:x:64992:diuna\ninput:x:64993:diuna\n')
    .put('etc/systemd/system/diuna.service', UNIT)
    .put('etc/systemd/system/diuna-renderer.service', RENDERER_UNIT)
    .put('etc/systemd/system/multi-user.target.wants/diuna-renderer.service')
    .put('run/diuna-renderer/socket', '', 0o666)
    .folder('var/lib/diuna', 0o777)
    .put('proc/uptime', '90000.12 300000.1\n')
    .put('proc/modules', 'spidev 20480 0 - Live 0x0\n')
    .put('run/systemd/timesync/synchronized');
  return kind.model === null ? machine : asPi(machine, kind, kind.model);
}

function asPi(machine: MachineRoot, { revision, chip }: Kind, model: string): MachineRoot {
  const code = Buffer.alloc(4);
  code.writeUInt32BE(revision);
  const [label, base, lines] = chip;
  const folder = `sys/class/gpio/gpiochip${base}`;
  return machine
    .put('proc/device-tree/model', `${model}\0`)
    .put('proc/device-tree/system/linux,revision', code)
    .put('proc/cpuinfo', `processor\t: 0\nRevision\t: ${revision.toString(16)}\n`)
    .put('boot/firmware/config.txt', `dtparam=spi=on\ndtparam=audio=off\n${CORE}`)
    .put('dev/mem')
    .put('dev/vcio')
    .put('dev/spidev0.0', '', 0o666)
    .put('dev/gpiochip0', '', 0o666)
    .put('sys/class/gpio/export', '', 0o666)
    .put(`${folder}/label`, `${label}\n`)
    .put(`${folder}/base`, `${base}\n`)
    .put(`${folder}/ngpio`, `${lines}\n`)
    .put('sys/devices/platform/soc/soc:firmware/get_throttled', '0\n')
    .put('sys/block/mmcblk0/stat', '100 0 200 10 100 0 2000 10 0 10 10\n')
    .put('usr/bin/gpiomon', '', 0o755);
}

/** With a supply, and nothing else that anybody would say something of. */
export function configOf(text: string): string {
  return `zones: { floor: { strip: main, range: [0, 59] } }
store: { path: /var/lib/diuna }
supplies: { wall: { limit: 3000, strips: [main] } }
${text}
`;
}
