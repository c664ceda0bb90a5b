/**
 * Reads what gpiomon writes, however its lines are cut, and puts edges into the order of time. Pure.
 */
import type { GpiodVersion } from './gpio-tools.ts';

export interface Edge {
  readonly pin: number;
  readonly level: 0 | 1;
  /** Of the kernel's monotonic clock. */
  readonly stampUs: number;
}

export interface EdgesRead {
  readonly edges: readonly Edge[];
  /** It says that it listens. */
  readonly listening: boolean;
  /** What it wrote that could not be read; `null` for nothing. */
  readonly strange: string | null;
}

/** No line of gpiomon's is longer. */
const LINE_CHARS = 200;

export class EdgeText {
  readonly #version: GpiodVersion;
  #rest = '';

  constructor(version: GpiodVersion) {
    this.#version = version;
  }

  push(text: string): EdgesRead {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const edges: Edge[] = [];
    let listening = false;
    let strange = this.#rest.length > LINE_CHARS ? this.#rest.slice(0, LINE_CHARS) : null;
    for (const line of lines) {
      const edge = readEdge(line, this.#version);
      if (edge !== null) edges.push(edge);
      else if (line.startsWith('Monitoring line')) listening = true;
      else strange ??= line.slice(0, LINE_CHARS);
    }
    return { edges, listening, strange };
  }
}

function readEdge(line: string, version: GpiodVersion): Edge | null {
  const form = version === 1 ? /^(\d+) (0|1) (\d+) (\d+)$/ : /^(\d+) (falling|rising) (\d+)\.(\d{9})$/;
  const found = form.exec(line);
  if (found === null) return null;
  const [, pin, kind, seconds, nanoseconds] = found;
  const stampUs = Number(seconds) * 1e6 + Math.floor(Number(nanoseconds) / 1000);
  return { pin: Number(pin), level: kind === '1' || kind === 'rising' ? 1 : 0, stampUs };
}

/** Into the order of time; those of one moment stay as they came. */
export function inOrder(edges: readonly Edge[]): Edge[] {
  return edges.toSorted((one, other) => one.stampUs - other.stampUs);
}
