/** Colours in a terminal: one blank a LED in true colour. */
const ESC = '\u001b';

/** @param rgb r, g, b of each. @returns a line, its colours ended; a colour is named only where it changes. */
export function paintedCells(rgb: Uint8Array): string {
  let [text, last] = ['', ''];
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    const color = rgb.subarray(at, at + 3).join(';');
    text += color === last ? ' ' : `${ESC}[48;2;${color}m `;
    last = color;
  }
  return `${text}${ESC}[0m`;
}
