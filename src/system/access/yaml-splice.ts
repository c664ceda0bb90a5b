/**
 * Single cuts into YAML text, by the places that the parser tells: puts a map into a map, sets a value, takes a pair out.
 * Every function answers `null` where the text is written in a way that it does not know; the caller checks what comes out.
 */
import { isMap, isNode, isScalar, type YAMLMap } from 'yaml';

/** A key of a map and where it and its value stand: offsets, the end not included. */
export interface PairPlace {
  readonly key: readonly [number, number];
  readonly at: readonly [number, number];
  readonly value: unknown;
}

type Entries = readonly (readonly [string, unknown])[];

export function pairOf(map: unknown, key: string): PairPlace | null {
  return isMap(map) ? (places(map).find(({ name }) => name === key) ?? null) : null;
}

/** @param parent where the new map goes; `null`: its key does not stand in the text yet and is written at the end. */
export function putPair(text: string, parent: PairPlace | null, name: string, entries: Entries): string | null {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (parent === null) return `${text}${text.endsWith('\n') || text === '' ? '' : eol}${eol}users:${eol}${block('  ', name, entries, eol)}`;
  const { value } = parent;
  if (isMap(value) && value.items.length > 0)
    return insert(text, value, (indent) => block(indent, name, entries, eol), flowPair(name, entries), eol);
  if (!/^: *(\{ *\}|null|~)?$/.test(text.slice(parent.key[1], parent.at[1]).trimEnd())) return null;
  const line = endOfLine(text, parent.at[1]);
  const rest = text.slice(parent.at[1], line).replace(/^#/, ' #');
  const head = `${text.slice(0, parent.key[1])}:${rest}`;
  return `${head}${head.endsWith('\n') ? '' : eol}${block('  ', name, entries, eol)}${text.slice(line)}`;
}

/** @param parent the pair whose value is the map that the key is in. */
export function setValue(text: string, parent: PairPlace | null, key: string, value: unknown): string | null {
  if (!isMap(parent?.value)) return null;
  const flow = parent.value.flow === true;
  const found = pairOf(parent.value, key);
  if (found !== null) return text.slice(0, found.at[0]) + written(value, flow) + text.slice(found.at[1]);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return insert(text, parent.value, (indent) => `${indent}${key}: ${written(value, false)}${eol}`, `${key}: ${written(value, true)}`, eol);
}

/** Takes a pair out of the parent's map; an empty map stays as `{}`. */
export function cutPair(text: string, parent: PairPlace, name: string): string | null {
  if (!isMap(parent.value)) return null;
  const all = places(parent.value);
  const index = all.findIndex((place) => place.name === name);
  const [before, found, after] = [all[index - 1], all[index], all[index + 1]];
  if (found === undefined) return null;
  if (parent.value.flow === true) {
    const from = before === undefined ? found.key[0] : before.at[1];
    const to = before === undefined && after !== undefined ? after.key[0] : found.at[1];
    return text.slice(0, from) + text.slice(to);
  }
  const start = startOfLine(text, found.key[0]);
  const rest = text.slice(0, start) + text.slice(endOfPair(text, found));
  return all.length > 1 ? rest : `${rest.slice(0, parent.key[1])}: {}${rest.slice(parent.key[1] + 1)}`;
}

function insert(text: string, map: YAMLMap, render: (indent: string) => string, flow: string, eol: string): string | null {
  const all = places(map);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (map.flow === true) return `${text.slice(0, last.at[1])}, ${flow}${text.slice(last.at[1])}`;
  const indent = text.slice(startOfLine(text, first.key[0]), first.key[0]);
  if (indent.trim() !== '') return null;
  const at = endOfPair(text, last);
  return text.slice(0, at) + (text.endsWith('\n') || at < text.length ? '' : eol) + render(indent) + text.slice(at);
}

function places(map: YAMLMap): (PairPlace & { readonly name: string })[] {
  return map.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !key.range || !isNode(value) || !value.range) return [];
    return [{ name: String(key.value), key: [key.range[0], key.range[1]], at: [value.range[0], value.range[1]], value }];
  });
}

/** After the line on which the value ends, with the comment behind it. */
function endOfPair(text: string, { at }: PairPlace): number {
  return text[at[1] - 1] === '\n' ? at[1] : endOfLine(text, at[1]);
}

function endOfLine(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  return found === -1 ? text.length : found + 1;
}

function startOfLine(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function block(indent: string, name: string, entries: Entries, eol: string): string {
  const lines = entries.map(([key, value]) => `${indent}  ${key}: ${written(value, false)}`);
  return [`${indent}${scalar(name, false)}:`, ...lines, ''].join(eol);
}

function flowPair(name: string, entries: Entries): string {
  return `${scalar(name, true)}: { ${entries.map(([key, value]) => `${key}: ${written(value, true)}`).join(', ')} }`;
}

function written(value: unknown, flow: boolean): string {
  return Array.isArray(value) ? `[${value.map((item) => scalar(String(item), true)).join(', ')}]` : scalar(String(value), flow);
}

/** Plain where that can only be a text: a hash too, but for its commas between brackets. */
function scalar(text: string, flow: boolean): string {
  const plain = flow ? /^[A-Za-z][\w.@-]*$/ : /^[A-Za-z$][\w.@$=,+/-]*$/;
  return plain.test(text) && !/^(true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
