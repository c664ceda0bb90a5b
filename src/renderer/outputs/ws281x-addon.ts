/** Loads rpi-ws281x-native, an optional package with a native part that only one thread of a process may load. */
import { createRequire } from 'node:module';
import { OutputError } from './output-error.ts';

export interface Ws281xChannelOptions {
  /** LEDs; 0 for an unused channel. */
  readonly count: number;
  /** BCM number; 0 for none. */
  readonly gpio: number;
  readonly invert: number;
  readonly brightness: number;
  readonly stripType: number;
}

export interface Ws281xChannel {
  /** One number an LED, sent by `render`; `null` on an unused channel. */
  readonly array: Uint32Array | null;
}

/** What is used of the package. */
export interface Ws281xAddon {
  init(options: {
    readonly dma: number;
    readonly freq: number;
    readonly channels: readonly Ws281xChannelOptions[];
  }): readonly Ws281xChannel[];
  /** Waits for the frame before to leave the wire, then starts this one. */
  render(): void;
  /** Ends the process where `init` had not succeeded. */
  finalize(): void;
}

const require = createRequire(import.meta.url);

/** @throws OutputError where the package is missing or was built for another machine. */
export function loadAddon(): Ws281xAddon {
  let loaded: unknown;
  try {
    loaded = require('rpi-ws281x-native');
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    const cure = 'Run "npm install rpi-ws281x-native" where diuna is installed; it needs a C++ compiler, make and Python.';
    throw new OutputError('ws281x_addon_missing', `cannot load rpi-ws281x-native: ${message}`, cure, cause);
  }
  if (!isAddon(loaded)) {
    throw new OutputError('ws281x_addon_wrong', 'rpi-ws281x-native has another interface than expected', 'Install its version 1.0.4.');
  }
  return loaded;
}

function isAddon(loaded: unknown): loaded is Ws281xAddon {
  const has = (name: string) => loaded !== null && typeof Reflect.get(Object(loaded), name) === 'function';
  return has('init') && has('render') && has('finalize');
}
