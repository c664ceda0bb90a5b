/** Facts of a Raspberry Pi on which all is well, and of the same one with something else about it. */
import type {
  Account,
  ConfiguredFacts,
  Facts,
  FileFacts,
  MachineFacts,
  RendererFacts,
  StripFacts,
} from '../../../src/core/doctor/facts.ts';
import { parseConfig } from '../../../src/system/config-text.ts';

export const account: Account = { name: 'diuna', uid: 990, gids: [990, 991], groups: ['diuna', 'spi'] };

export function file(path: string, mode = 0o755, uid = 0, gid = 0): FileFacts {
  return { path, mode, uid, gid };
}

export function configured(text: string, more: Partial<Omit<ConfiguredFacts, 'config'>> = {}): ConfiguredFacts {
  const config = parseConfig(`zones: { floor: { strip: main, range: [0, 9] } }\nhttp: { listen: null }\n${text}\n`, 'config.yaml');
  if (!config.ok) throw new Error(config.error.map(({ message }) => message).join('\n'));
  const strips = Object.entries(config.value.strips).flatMap(([id, { length: leds, output }]): StripFacts[] =>
    output.driver === 'auto' ? [] : [{ id, leds, output, auto: null, device: null, frame: null }],
  );
  return {
    config: config.value,
    drivers: { strips, board: null, pins: null, trust: null, chips: new Map(), packages: new Map(), ...more.drivers },
    store: {
      folder: {
        path: '/var/lib/diuna',
        chain: [file('/'), file('/var'), file('/var/lib'), file('/var/lib/diuna', 0o700, 990, 990)],
        exists: true,
      },
      freeBytes: 10 ** 10,
      inMemory: false,
      sync: { kind: 'measured', worstMs: 12, rounds: 5 },
      heldBy: null,
      ...more.store,
    },
    input: more.input ?? { devices: new Map(), known: [] },
    renderer: more.renderer ?? null,
  };
}

/** As `diuna service install --renderer` sets it up, with diuna in its group. */
export const renderer: RendererFacts = {
  socket: {
    path: '/run/diuna-renderer/socket',
    chain: [file('/'), file('/run'), file('/run/diuna-renderer', 0o750, 0, 990), file('/run/diuna-renderer/socket', 0o660, 0, 990)],
    exists: true,
  },
  unitConfig: '/etc/diuna/config.yaml',
  unitSocket: '/run/diuna-renderer/socket',
  isEnabled: true,
  hasNetwork: false,
  answer: { kind: 'welcome' },
};

export const simulated = 'strips: { main: { length: 60 } }';
export const wired =
  'strips: { main: { length: 60, output: { driver: ws281x, gpio: 18 } } }\nsupplies: { a: { limit: 3000, strips: [main] } }';
export const clocked = 'strips: { main: { length: 60, output: { driver: spi } } }\nsupplies: { a: { limit: 3000, strips: [main] } }';
/** @param fields of the knob. */
export const knob = (fields: string) => `${simulated}\nknobs: { desk: { ${fields}, zone: floor } }`;

export function facts(text: string, machine: Partial<MachineFacts> = {}, more: Partial<Omit<ConfiguredFacts, 'config'>> = {}): Facts {
  return {
    machine: {
      platform: 'linux',
      board: { model: 'Raspberry Pi 4 Model B Rev 1.4', revision: 0xc03114 },
      throttled: 0,
      modules: new Set(),
      blacklist: new Set(),
      boot: { path: '/boot/firmware/config.txt', text: 'dtparam=spi=on\ndtparam=audio=off\ncore_freq=500\ncore_freq_min=500\n' },
      hasMem: true,
      hasVcio: true,
      spi: [file('/dev/spidev0.0', 0o660, 0, 991)],
      gpio: {
        chips: [{ label: 'pinctrl-bcm2711', base: 512, lines: 58 }],
        exportFile: file('/sys/class/gpio/export', 0o220, 0, 990),
        exported: [],
        taken: [],
        devices: [file('/dev/gpiochip0', 0o660, 0, 990)],
        hasGpiomon: true,
      },
      clock: 'synchronized',
      listening: [],
      disks: [{ name: 'mmcblk0', writtenBytes: 10 ** 8 }],
      uptimeS: 86_400,
      unit: null,
      hasRenderer: true,
      account,
      ...machine,
    },
    nodejs: { version: 'v20.19.0', wanted: '>=20.19' },
    file: {
      path: '/etc/diuna/config.yaml',
      chain: [file('/'), file('/etc'), file('/etc/diuna'), file('/etc/diuna/config.yaml', 0o644)],
      exists: true,
    },
    fileName: 'config.yaml',
    configured: configured(text, more),
  };
}
