/** Loads onoff, an optional package with a native part, when a knob first asks for it. */
import { createRequire } from 'node:module';
import { InputError } from './knob-driver.ts';

/** What is used of the package's Gpio. */
export interface OnoffGpio {
  readSync(): number;
  watch(callback: (error: Error | null | undefined, value: number) => void): void;
  unwatchAll(): void;
  direction(): string;
  edge(): string;
  activeLow(): boolean;
  /** Ends watching, closes the file and gives the line back. */
  unexport(): void;
}

export interface OnoffModule {
  readonly Gpio: new (gpio: number, direction: 'in', edge: 'both', options: { readonly activeLow: boolean }) => OnoffGpio;
}

const require = createRequire(import.meta.url);

/** @throws InputError where the package is missing or was built for another machine. */
export function loadOnoff(): OnoffModule {
  let loaded: unknown;
  try {
    loaded = require('onoff');
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    const cure =
      'Use driver: gpio, which needs no package; or run "npm install onoff" where diuna is installed, with a C++ compiler, make and Python, and restart diuna.';
    throw new InputError('onoff_missing', `cannot load onoff: ${message}`, cure, { cause, lasting: true });
  }
  if (!isOnoff(loaded)) {
    throw new InputError('onoff_wrong', 'onoff has another interface than expected', 'Install its version 6.', { lasting: true });
  }
  return loaded;
}

function isOnoff(loaded: unknown): loaded is OnoffModule {
  return loaded !== null && typeof Reflect.get(Object(loaded), 'Gpio') === 'function';
}
