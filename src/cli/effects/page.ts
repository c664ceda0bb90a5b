/**
 * The page that shows all effects and palettes, in Markdown. A person writes its beginning and end; what stands between
 * the two marks is made from the declarations.
 */
import type { Effect } from '../../light/effects/effect.ts';
import { effects } from '../../light/effects/registry.ts';
import { paletteDeclarations } from '../../light/palettes.ts';
import { sampleNote } from './samples.ts';
import { ownMeaning, ownPalette, toldParameters, type UsualClauses, usualClauses } from './words-of.ts';

const BEGIN = '<!-- gallery: made by "diuna effects gallery", do not edit -->';
const END = '<!-- gallery: end -->';

export const newPage = `# Effects\n\n${BEGIN}\n${END}\n`;

const labels = { speed: 'Speed', intensity: 'Intensity', colors: 'Colours' } as const;

/** @param folder of the pictures, as the page links to it. @returns the page anew; null where the marks are missing. */
export function fillPage(page: string, folder: string): string | null {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) return null;
  return `${page.slice(0, begin)}${BEGIN}\n\n${galleryText(folder)}\n\n${page.slice(end)}`;
}

function galleryText(folder: string): string {
  const usual = usualClauses(effects);
  const rule = toldParameters.filter((parameter) => usual[parameter].length > 0);
  return [
    '## As a rule',
    'What is said here holds for every effect that says nothing else.',
    rule.map((parameter) => `- ${labels[parameter]}: ${usual[parameter].join('; ')}.`).join('\n'),
    '## All effects',
    ...effects.map((effect) => section(effect, usual, folder)),
    '## Palettes',
    ['| id | name | |', '| --- | --- | --- |', ...paletteDeclarations.map((palette) => paletteRow(palette, folder))].join('\n'),
  ].join('\n\n');
}

function section(effect: Effect, usual: UsualClauses, folder: string): string {
  const { id, name, aliases, parameters } = effect.declaration;
  const also = aliases.length > 0 ? `, also ${aliases.join(', ')}` : '';
  const meanings = toldParameters
    .map((parameter) => [labels[parameter], ownMeaning(effect, parameter, usual)])
    .filter(([, meaning]) => meaning !== '')
    .map(([label, meaning]) => `- ${label}: ${meaning}.`);
  const palette = parameters['palette'] === undefined ? [] : [`- Palette by default: ${ownPalette(effect)}.`];
  return [
    `### ${name}`,
    `![${name}: LEDs across, time down](${folder}/${id}.png)`,
    `\`${id}\`${also}. The picture: ${sampleNote(id)}.`,
    [...meanings, ...palette].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function paletteRow({ id, name }: { readonly id: string; readonly name: string }, folder: string): string {
  const picture = id === 'default' ? "the effect's own" : `![${name}](${folder}/palettes/${id}.png)`;
  return `| \`${id}\` | ${name} | ${picture} |`;
}
