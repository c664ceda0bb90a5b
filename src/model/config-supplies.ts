/** Mistakes of strips, supplies and palettes: what their LEDs cannot do, what is fed twice, limits that cannot be kept. Pure. */
import { fold, nearest } from '../base/nearest.ts';
import type { Config } from './config.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';
import { drawOf, orderOf } from './led-types.ts';

/** A strip without a white component cannot be told to use one. */
export function checkWhite(config: Config, unjudged: Unjudged): Mistake[] {
  return Object.entries(config.strips).flatMap(([id, strip]): Mistake[] => {
    if (unjudged.has(`strips.${id}`) || strip.auto_white === 'none' || orderOf(strip).length === 4) return [];
    const message = `must be none: strip ${id} has no white component (type ${strip.type}, order ${orderOf(strip)})`;
    return [{ path: ['strips', id, 'auto_white'], message, got: strip.auto_white }];
  });
}

/** A strip has one supply at most, and a supply gives at least what its dark LEDs draw: else no limit can be kept. */
export function checkSupplies(config: Config, unjudged: Unjudged): Mistake[] {
  const strips = new Map(Object.entries(config.strips));
  const fed = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const [id, supply] of Object.entries(config.supplies)) {
    if (unjudged.has(`supplies.${id}`)) continue;
    let idleMa = 0;
    for (const [index, name] of supply.strips.entries()) {
      const path = ['supplies', id, 'strips', index];
      const before = fed.get(name);
      if (before !== undefined) {
        const message = before === id ? `must not name strip ${name} twice` : `must not be ${name}, which supply ${before} feeds already`;
        mistakes.push({ path, message });
        continue;
      }
      fed.set(name, id);
      if (unjudged.has(`strips.${name}`)) continue;
      const strip = strips.get(name);
      if (strip === undefined) {
        const message = `must be one of the strips: ${[...strips.keys()].slice(0, 12).join(', ')}`;
        mistakes.push({ path, message, got: name, meant: nearest(name, [...strips.keys()], 1) });
      } else idleMa += strip.length * drawOf(strip).idle;
    }
    if (supply.limit <= idleMa) {
      const message = `must be at least ${Math.floor(idleMa) + 1}: its LEDs draw ${idleMa.toFixed(1)} mA while they are dark`;
      mistakes.push({ path: ['supplies', id, 'limit'], message, got: String(supply.limit) });
    }
  }
  return mistakes;
}

/** `default` stays the effects' own choice, each palette can be told from the others, and stops stand in order. */
export function checkPalettes(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const taken = new Map<string, string>();
  for (const [id, { name = id, stops }] of Object.entries(config.palettes)) {
    const known = new Set([fold(id), fold(name)]);
    const path = ['palettes', id];
    if (known.has('default')) mistakes.push({ path, message: 'must have another name: default means the palette that an effect chooses' });
    const twin = [...known].map((folded) => taken.get(folded)).find((before) => before !== undefined);
    if (twin !== undefined) {
      const message = `must differ from palette ${twin}, in id and name, by more than case, blanks, "-" and "_": clients need not write them`;
      mistakes.push({ path, message });
    }
    for (const folded of known) taken.set(folded, id);
    if (stops !== undefined && !unjudged.has(`palettes.${id}`)) mistakes.push(...checkStops(stops, [...path, 'stops']));
  }
  return mistakes;
}

function checkStops(stops: readonly { at: number }[], path: readonly string[]): Mistake[] {
  const index = stops.findIndex(({ at }, place) => at < (stops[place - 1]?.at ?? 0));
  if (index < 0) return [];
  const message = `must not stand before the stop above it, which is at ${stops[index - 1]?.at}`;
  return [{ path: [...path, index, 'at'], message, got: String(stops[index]?.at) }];
}
