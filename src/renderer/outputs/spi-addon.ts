/** Loads spi-device, an optional package with a native part. A thread that ends while a transfer is under way ends the process. */
import { createRequire } from 'node:module';
import { OutputError } from './output-error.ts';

export interface SpiTransfer {
  readonly byteLength: number;
  readonly sendBuffer: Buffer;
}

export type SpiCallback = (error: Error | null | undefined) => void;

export interface SpiDevice {
  /** Reads the buffer until the callback is called. */
  transfer(message: readonly SpiTransfer[], done: SpiCallback): unknown;
  close(done: SpiCallback): void;
}

/** What is used of the package. */
export interface SpiAddon {
  /** Opens /dev/spidev<bus>.<chip>; the device may be used once `done` was called without an error. */
  open(bus: number, chip: number, options: { readonly maxSpeedHz: number }, done: SpiCallback): SpiDevice;
}

const require = createRequire(import.meta.url);

/** @throws OutputError where the package is missing or was built for another machine. */
export function loadSpi(): SpiAddon {
  let loaded: unknown;
  try {
    loaded = require('spi-device');
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    const cure = 'Run "npm install spi-device" where diuna is installed; it needs a C++ compiler, make and Python.';
    throw new OutputError('spi_addon_missing', `cannot load spi-device: ${message}`, cure, cause);
  }
  if (!isAddon(loaded)) {
    throw new OutputError('spi_addon_wrong', 'spi-device has another interface than expected', 'Install its version 3.1.2.');
  }
  return loaded;
}

function isAddon(loaded: unknown): loaded is SpiAddon {
  return loaded !== null && typeof Reflect.get(Object(loaded), 'open') === 'function';
}
