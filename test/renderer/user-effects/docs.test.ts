/** The page for people who write effects: its examples work word for word, and its limits are those of the code. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as limits from '../../../src/renderer/user-effects/limits.ts';
import { tools } from '../../../src/renderer/user-effects/tools.ts';
import { effectsFolder } from '../../support/effects-folder.ts';
import { until } from '../support/until.ts';
import { LENGTH, Own } from './support.ts';

const page = readFileSync(new URL('../../../docs/your-own-effects.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```js\n(\/\/ effects\/(\S+)\n[\s\S]*?)```/g)].map((match) => [match[2] ?? '', match[1] ?? ''] as const);

describe('docs/your-own-effects.md', () => {
  it('has examples that are loaded and draw something that moves', async () => {
    using folder = effectsFolder(Object.fromEntries(examples));
    await using own = new Own();
    const { declarations, refused } = await own.load(folder.path);
    expect(refused).toEqual([]);
    expect(declarations.map(({ id }) => `${id}.mjs`).sort()).toEqual(examples.map(([file]) => file).sort());
    for (const { id } of declarations) {
      const run = own.run(id);
      const pictures = new Set<string>();
      const pixels = new Uint16Array(LENGTH * 3);
      let nowMs = 0;
      await until(() => {
        nowMs += 200;
        own.draw(run, nowMs, pixels);
        pictures.add(pixels.join());
        return pictures.size > 10;
      });
    }
    expect(own.failures()).toEqual([]);
  });

  it('names every tool, and the limits', () => {
    for (const name of Object.keys(tools)) expect(page).toContain(`\`${name}(`);
    expect(page).toContain(`| files | ${limits.MOST_FILES}, by name`);
    expect(page).toContain(`| loading | ${limits.FILE_MS / 1000} s a file, ${limits.ALL_FILES_MS / 1000} s in all`);
    expect(page).toContain(`| cells of state | ${limits.CELLS_PER_PIXEL} an LED, or 1,024`);
    expect(page).toContain(`${limits.FRAME_SHARE * 100} % of the frame's time, at most ${limits.LONGEST_PATIENCE_MS} ms`);
    expect(page).toContain(`| one call of \`draw\` | ${limits.OVERTIME_MS / 1000} s`);
    expect(page).toContain(`| memory of all together | ${limits.MOST_MEMORY_BYTES / 1_048_576} MiB`);
  });
});
