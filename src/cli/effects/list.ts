/** `diuna effects list` and `palettes`: what effects and palettes there are, and what their parameters mean. */

import { printable } from '../../base/printable.ts';
import type { Effect } from '../../light/effects/effect.ts';
import { effects } from '../../light/effects/registry.ts';
import type { PaletteDeclaration } from '../../model/catalog.ts';
import { parseColorText } from '../../model/color.ts';
import type { ExitCode } from '../exit-codes.ts';
import { onFiles } from '../file-command.ts';
import { paintedCells } from '../painted-cells.ts';
import { readConfig } from './config-palettes.ts';
import { findEffect, vocabularyOf } from './vocabulary.ts';
import { ownMeaning, ownPalette, toldParameters, type UsualClauses, usualClauses } from './words-of.ts';

export interface ListOptions {
  readonly json?: boolean;
}

export interface PalettesOptions extends ListOptions {
  readonly config?: string;
}

/** Columns, of which every terminal has as many. */
const WIDTH = 80;
const LABEL = 13;
const NAME = 18;
/** Colours that fit into a line beside id and name. */
const COLORS = 5;
const labels = { speed: 'speed', intensity: 'intensity', colors: 'colours' } as const;

/** @param wanted one effect; left out: all. */
export function listEffects(wanted: string | undefined, options: ListOptions): Promise<ExitCode> {
  return onFiles(options.json === true, async (output) => {
    const listed = wanted === undefined ? effects : [findEffect(vocabularyOf(null), wanted)];
    const usual = usualClauses(effects);
    const blocks = [...listed.map((effect) => block(effect, usual)), usually(usual)];
    output.result(
      blocks.join('\n\n'),
      listed.map((effect) => ({ ...effect.declaration, animated: effect.animated, default_palette: effect.ownPalette })),
    );
  });
}

export function listPalettes(options: PalettesOptions): Promise<ExitCode> {
  return onFiles(options.json === true, async (output) => {
    const { palettes } = vocabularyOf(options.config === undefined ? null : await readConfig(options.config));
    const inColor = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
    output.result(palettes.map((palette) => paletteLine(palette, inColor)).join('\n'), palettes);
  });
}

function block(effect: Effect, usual: UsualClauses): string {
  const { id, name, aliases, parameters } = effect.declaration;
  const also = aliases.length > 0 ? [line('also', aliases.join(', '))] : [];
  const meanings = toldParameters.map((parameter) => line(labels[parameter], ownMeaning(effect, parameter, usual)));
  const palette = parameters['palette'] === undefined ? '' : line('palette', ownPalette(effect));
  return [`${id.padEnd(NAME)} ${name}`, ...also, ...[...meanings, palette].filter((told) => told !== '')].join('\n');
}

function usually(usual: UsualClauses): string {
  const told = toldParameters.map((parameter) => line(labels[parameter], usual[parameter].join('; ')));
  const others = [line('palette', 'which one "default" means; see diuna effects palettes')];
  return ['As a rule', ...[...told, ...others].filter((text) => text !== '')].join('\n');
}

/** A label and what it means, in as many lines as it takes; nothing where there is nothing to say. */
function line(label: string, text: string): string {
  if (text === '') return '';
  const lines = [''];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length + 1 > WIDTH - LABEL) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((part, index) => `${index === 0 ? `  ${label}`.padEnd(LABEL) : ' '.repeat(LABEL)}${part}`).join('\n');
}

function paletteLine({ id, name, colors }: PaletteDeclaration, inColor: boolean): string {
  const fromZone = id === 'default' ? "the effect's own" : "from the zone's colours";
  const hex = colors.length > COLORS ? [...colors.slice(0, COLORS), '…'] : colors;
  const shown = colors.length === 0 ? fromZone : inColor ? painted(colors) : hex.join(' ');
  return `${printable(id).padEnd(NAME)} ${printable(name).padEnd(NAME)} ${shown}`;
}

function painted(colors: readonly string[]): string {
  const bytes = colors.map((color) => parseColorText(color)).map((color) => [color?.r ?? 0, color?.g ?? 0, color?.b ?? 0]);
  return paintedCells(Uint8Array.from(bytes.flatMap((color) => [...color, ...color, ...color])));
}
