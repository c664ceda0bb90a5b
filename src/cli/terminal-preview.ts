/**
 * Strips in true colour in a terminal: the top rows belong to the picture, and the log scrolls below them (DECSTBM).
 * Draws only; how often is up to whoever calls.
 */
import type { Writable } from 'node:stream';
import { printable } from '../base/printable.ts';
import { paintedCells } from './painted-cells.ts';

export interface PreviewStrip {
  readonly id: string;
  /** Three bytes a LED, as they are sent to it. */
  readonly rgb: Uint8Array;
}

/** A terminal such as `process.stdout`. */
export type Terminal = Pick<Writable, 'write' | 'writableNeedDrain'> & { readonly columns: number; readonly rows: number };

const NAME_WIDTH = 12;
/** Rows that the log keeps at least. */
const LOG_ROWS = 4;
const ESC = '\u001b';

export class TerminalPreview {
  readonly #terminal: Terminal;
  /** Rows of the picture that the terminal is set up for; 0: not at all. */
  #reserved = 0;
  #screenRows = 0;
  #closed = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(strips: readonly PreviewStrip[]): void {
    // A terminal that does not keep up gets the next picture instead of every one.
    if (this.#closed || this.#terminal.writableNeedDrain) return;
    const { columns, rows } = this.#terminal;
    const lines = strips.flatMap((strip) => stripLines(strip, Math.max(1, columns - NAME_WIDTH - 1)));
    const shown = lines.slice(0, Math.max(1, rows - LOG_ROWS));
    if (shown.length !== this.#reserved || rows !== this.#screenRows) this.#reserve(shown.length, rows);
    // Erased first: after a line as wide as the screen the cursor stands on its last cell, which would be erased with the rest.
    const picture = shown.map((line, index) => `${ESC}[${index + 1};1H${ESC}[K${line}${ESC}[0m`).join('');
    this.#terminal.write(`${ESC}7${ESC}[?25l${picture}${ESC}8${ESC}[?25h`);
  }

  /** Gives the whole screen back, with the cursor below everything. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#reserved > 0) this.#terminal.write(`${ESC}[0m${ESC}[r${ESC}[${this.#terminal.rows};1H${ESC}[?25h\n`);
  }

  #reserve(picture: number, rows: number): void {
    // The first time, what stands on the screen scrolls up and out instead of being drawn over.
    const makeRoom = this.#reserved === 0 ? `${ESC}[${rows};1H${'\n'.repeat(rows)}` : '';
    this.#terminal.write(`${ESC}[r${makeRoom}${ESC}[${picture + 1};${rows}r${ESC}[${picture + 1};1H`);
    this.#reserved = picture;
    this.#screenRows = rows;
  }
}

/** The rows of one strip, wrapped to `width` LEDs; its name stands before the first. */
function stripLines({ id, rgb }: PreviewStrip, width: number): string[] {
  const lines: string[] = [];
  for (let first = 0; first * 3 < rgb.length; first += width) {
    const name = first === 0 ? printable(id).slice(0, NAME_WIDTH) : '';
    lines.push(`${name.padEnd(NAME_WIDTH)} ${paintedCells(rgb.subarray(first * 3, (first + width) * 3))}`);
  }
  return lines;
}
