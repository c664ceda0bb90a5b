/**
 * Frames of every effect, byte by byte: what users see does not change unnoticed, and is the same on every machine.
 * After an intended change: `GOLDEN=write npx vitest run test/light/golden.test.ts`, then look at the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { effects } from '../../src/light/effects/registry.ts';
import { floor, lit, orange, show } from './scenes.ts';

const cases = [
  { length: 1, times: [0, 1234] },
  { length: 7, times: [0, 500, 3000] },
  { length: 30, times: [0, 500, 1234.5, 60_000] },
  { length: 120, times: [2000] },
];
const variants = [
  {},
  { palette: 'party', speed: 200, intensity: 220, mirror: true },
  { palette: 'color-gradient', intensity: 40, reverse: true },
];

/** One line a frame: the case, then a LED after the other as hex of r, g, b as sent. */
function frames(id: string): string {
  const lines: string[] = [];
  for (const { length, times } of cases) {
    for (const variant of variants) {
      const stage = floor(length);
      show(stage, lit({ effect: id, color: orange, colors: [orange, { r: 0, g: 16, b: 64 }], ...variant }));
      for (const nowMs of times) {
        stage.draw(nowMs);
        const hex = [...(stage.strips[0]?.bytes ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        lines.push(`${length} LEDs, ${JSON.stringify(variant)}, ${nowMs} ms: ${hex.replaceAll(/(.{6})(?=.)/g, '$1 ')}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

test.each(effects.map((effect) => effect.declaration.id))('%s draws its golden frames', (id) => {
  const file = new URL(`../golden/${id}.txt`, import.meta.url);
  if (process.env['GOLDEN'] === 'write') writeFileSync(file, frames(id));
  expect(frames(id)).toBe(readFileSync(file, 'utf8'));
});
