import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { TerminalPreview } from '../../src/cli/terminal-preview.ts';

/** What the terminal was told, and how large it is. */
class FakeTerminal extends Writable {
  columns = 23;
  rows = 10;
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const rgb = Uint8Array.from({ length: 12 * 3 }, (_, index) => (index < 30 ? 255 : 0));

it('wraps a strip to the width, and names a colour only where it changes', () => {
  const terminal = new FakeTerminal();
  new TerminalPreview(terminal).draw([{ id: 'main', rgb }]);
  expect(terminal.text).toContain(`main         \u001b[48;2;255;255;255m${' '.repeat(10)}\u001b[0m`);
  expect(terminal.text).toContain(`${' '.repeat(13)}\u001b[48;2;0;0;0m  \u001b[0m`);
});

it('keeps the top rows for the picture and gives the screen back at the end', () => {
  const terminal = new FakeTerminal();
  const preview = new TerminalPreview(terminal);
  preview.draw([{ id: 'main', rgb }]);
  expect(terminal.text).toContain('\u001b[3;10r');
  terminal.text = '';
  preview.close();
  preview.close();
  preview.draw([{ id: 'main', rgb }]);
  expect(terminal.text).toBe('\u001b[0m\u001b[r\u001b[10;1H\u001b[?25h\n');
});

it('leaves rows for the log however many strips there are', () => {
  const terminal = new FakeTerminal();
  new TerminalPreview(terminal).draw(Array.from({ length: 40 }, (_, index) => ({ id: `s${index}`, rgb })));
  expect(terminal.text).toContain('\u001b[6;1H');
  expect(terminal.text).not.toContain('\u001b[7;1H\u001b[K');
});
