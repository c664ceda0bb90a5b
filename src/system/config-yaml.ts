/**
 * From YAML text to plain data that still knows its lines. Bounded against hostile files: nesting is measured on the
 * tokens before anything recurses (the parser's own recursion takes the process down at some ten thousand brackets),
 * and aliases may not multiply.
 */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Mistake } from '../model/config-mistake.ts';

const MOST_NESTED = 64;
const MOST_ALIASES = 100;

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface PlacedMistake extends Mistake {
  readonly at: Place | null;
}

export interface YamlData {
  /** `null` where the text could not be read at all; else it is worth judging even when there are mistakes. */
  readonly data: { readonly value: unknown } | null;
  readonly mistakes: readonly PlacedMistake[];
  /** Where the path stands: the value, or the key where the value is a block or the mistake is in the key. */
  place(path: readonly (string | number)[], key: boolean): Place | null;
}

export function readYaml(text: string): YamlData {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const deep = tooDeepAt(text);
  if (deep !== null) {
    const line = text.slice(0, deep).split('\n').length;
    return unreadable([{ path: [], message: `must not nest deeper than ${MOST_NESTED} levels`, at: { line, column: 1 } }]);
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  const wrong = [...document.errors, ...document.warnings];
  const mistakes = wrong.map(({ code, message, pos }) => ({
    path: [],
    message:
      code === 'DUPLICATE_KEY' ? `the key ${keyAt(text, pos[0])} stands twice in the same map` : `is no YAML: ${withoutQuotation(message)}`,
    at: placeOf(pos[0]),
  }));
  if (wrong.some(({ code }) => code !== 'DUPLICATE_KEY')) return unreadable(mistakes);
  const dangling = danglingAlias(document);
  if (dangling !== null) {
    const at = dangling.range === undefined || dangling.range === null ? null : placeOf(dangling.range[0]);
    return unreadable([...mistakes, { path: [], message: 'this alias has no anchor before it', at }]);
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { data: { value }, mistakes, place: (path, key) => locate(document, path, key, placeOf) };
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause; // what yaml throws for aliases that multiply
    return unreadable([...mistakes, { path: [], message: `must not use more than ${MOST_ALIASES} aliases`, at: null }]);
  }
}

function unreadable(mistakes: readonly PlacedMistake[]): YamlData {
  return { data: null, mistakes, place: () => null };
}

/** What the lexer says without text: start of a document, of a flow's error, of a scalar. */
const lexerMarks: readonly string[] = ['\u0002', '\u0018', '\u001f'];

/** @returns the offset at which flow brackets, or list and key marks of one line, nest too deep; `null` where they do not. */
function tooDeepAt(text: string): number | null {
  let [flow, marks, offset] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (token === '-' || token === '?') marks += 1;
    else if (token.includes('\n')) marks = 0;
    if (flow > MOST_NESTED || marks > MOST_NESTED) return offset;
    if (!lexerMarks.includes(token)) offset += token.length;
  }
  return null;
}

function danglingAlias(document: Document): Alias | null {
  let found: Alias | null = null;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      found = alias;
      return visit.BREAK;
    },
  });
  return found;
}

/** What yaml quotes of the text, always behind a colon, may be a password that begins with `!`. */
function withoutQuotation(message: string): string {
  return message.replace(/:.*$/s, '');
}

function keyAt(text: string, offset: number): string {
  return /^[^\s:]{1,64}/.exec(text.slice(offset, offset + 80))?.[0] ?? '';
}

function locate(document: Document, path: readonly (string | number)[], key: boolean, placeOf: (offset: number) => Place): Place | null {
  let node: unknown = document.contents;
  let at = offsetOf(node);
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(part)) : undefined;
    const next: unknown = pair?.value ?? (isSeq(node) ? node.items[Number(part)] : undefined);
    const keyOffset = offsetOf(pair?.key);
    const last = index === path.length - 1;
    const byKey = keyOffset !== null && ((key && last) || next === undefined || isBlock(next));
    at = (byKey ? keyOffset : offsetOf(next)) ?? keyOffset ?? at;
    if (next === undefined) break;
    node = next;
  }
  return at === null ? null : placeOf(at);
}

function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}
