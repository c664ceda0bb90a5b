/**
 * Reads the firmware's config.txt as far as it matters here: settings, parameters of the device tree, and overlays with
 * their parameters, where the file's filters hold for this board.
 */
import { boardTypes } from './board-kind.ts';
import type { Board } from './facts.ts';

export interface Overlay {
  readonly name: string;
  readonly params: ReadonlyMap<string, string>;
}

export interface BootConfig {
  /** `core_freq` and the like; the last one counts. */
  readonly settings: ReadonlyMap<string, string>;
  /** Of the base device tree: `audio`, `spi`. */
  readonly params: ReadonlyMap<string, string>;
  readonly overlays: readonly Overlay[];
  /** Values of the lines `gpio=…`, of which there may be several. */
  readonly gpio: readonly string[];
}

type Pair = readonly [key: string, value: string];

export function parseBootConfig(text: string, board: Board): BootConfig {
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  const overlays: { name: string; params: Map<string, string> }[] = [];
  const gpio: string[] = [];
  let last: Map<string, string> | null = null;
  for (const [key, value] of linesFor(text, boardTypes(board))) {
    if (key === 'dtoverlay' || key === 'device_tree_overlay') {
      const [name = '', ...rest] = value.split(/[,:]/);
      last = name === '' ? null : new Map(rest.map(pairOf)); // without a name it ends the overlay before
      if (last !== null) overlays.push({ name: name.trim(), params: last });
    } else if (key === 'dtparam' || key === 'device_tree_param') {
      // They are the last overlay's where it knows them, and the base's otherwise: each looks for its own.
      for (const [name, setting] of value.split(',').map(pairOf)) {
        params.set(name, setting);
        last?.set(name, setting);
      }
    } else if (key === 'gpio') gpio.push(value);
    else settings.set(key, value);
  }
  return { settings, params, overlays, gpio };
}

/** Whether a parameter of the base device tree is on; one without a value is. */
export function isOn(params: ReadonlyMap<string, string>, ...names: readonly string[]): boolean {
  return names.some((name) => /^(on|y|yes|true|1|)$/.test(params.get(name) ?? 'off'));
}

/** @returns whether a line `gpio=` gives the pin this pull, `pu` say; later lines win. */
export function isPulled({ gpio }: BootConfig, pin: number, pull: string): boolean {
  const own = gpio.map((line) => line.split('=')).filter(([pins = '']) => listed(pins, pin));
  const words = own
    .flatMap(([, settings = '']) => settings.split(','))
    .flatMap((word) => /^p[udn]$/.exec(word.trim().replace('np', 'pn')) ?? []);
  return words.at(-1) === pull;
}

/** `17,22-27` */
function listed(pins: string, pin: number): boolean {
  return pins.split(',').some((part) => {
    const [first = '', last = first] = part.trim().split('-');
    return first !== '' && Number(first) <= pin && pin <= Number(last);
  });
}

function* linesFor(text: string, types: ReadonlySet<string>): Generator<Pair> {
  let forBoard = true;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const filter = /^\[(.*)\]$/.exec(line)?.[1]?.toLowerCase();
    if (filter !== undefined) forBoard = holds(filter, types, forBoard);
    else if (forBoard && !line.startsWith('#') && line.includes('=')) yield pairOf(line);
  }
}

/** Filters of other kinds (a display, a serial number, a pin) are taken to hold: better one question too many. */
function holds(filter: string, types: ReadonlySet<string>, before: boolean): boolean {
  if (filter === 'all') return true;
  if (filter === 'none') return false;
  return /^(pi|cm)\d/.test(filter) ? types.has(filter) : before;
}

function pairOf(text: string): Pair {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
