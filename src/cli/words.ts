/**
 * From the words of `diuna set ZONE WORDS…` to one command. Pure. Values are read, not judged: whether they are allowed
 * the daemon says, so that its rules stand in one place.
 */
import colorNames from 'color-name';
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseColorText } from '../model/color.ts';

type Fields = Record<string, unknown>;

/** Keys that take the next word as their value; any other field of `zone.set` can be given as key=value. */
const keyWords = ['brightness', 'color', 'color_temp', 'effect', 'palette', 'speed', 'intensity', 'transition', 'white', 'flash'];
/** Fields whose values stay text, whatever they look like. */
const textFields = ['color', 'effect', 'palette'];

/** @returns the command's fields, or what is wrong with the words. */
export function readWords(zone: string, words: readonly string[]): Result<Fields, string> {
  const settings: Fields = {};
  const steps: Fields[] = [];
  const take = (key: string, value: unknown): string | null => {
    if (Object.hasOwn(settings, key) && settings[key] !== value) return `${key} is given twice: ${words.join(' ')}`;
    settings[key] = value;
    return null;
  };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const pair = readPair(word, words[index + 1]);
    if (pair !== null && pair.value === undefined) return err(`${word} needs a value after it`);
    if (pair?.tookNext === true) index += 1;
    const read = pair === null ? readBare(word) : readLevel(pair.key, pair.value ?? '');
    if (read === null) return err(whatIs(word));
    const wrong = 'step' in read ? void steps.push(read.step) : take(read.key, read.value);
    if (typeof wrong === 'string') return err(wrong);
  }
  return combine(zone, settings, steps);
}

type Read = { readonly key: string; readonly value: unknown } | { readonly step: Fields };

function readBare(word: string): Read | null {
  const lower = word.toLowerCase();
  if (lower === 'on' || lower === 'off') return { key: 'state', value: lower.toUpperCase() };
  if (lower === 'toggle') return { step: { type: 'zone.toggle' } };
  if (/^[+-]?\d+(\.\d+)?%?$/.test(word)) return readLevel('brightness', word);
  return parseColorText(word) === null ? null : { key: 'color', value: word };
}

function readPair(word: string, next: string | undefined): { key: string; value: string | undefined; tookNext: boolean } | null {
  const equals = word.indexOf('=');
  if (equals > 0) return { key: word.slice(0, equals).toLowerCase(), value: word.slice(equals + 1), tookNext: false };
  const key = word.toLowerCase();
  // White is a colour, too: only with a level after it is it the component.
  if (key === 'white' && !/^\d+$/.test(next ?? '')) return null;
  return keyWords.includes(key) ? { key, value: next, tookNext: true } : null;
}

/** `brightness` also takes a percentage and a step; every other key its plain value. */
function readLevel(key: string, text: string): Read {
  const match = key === 'brightness' ? /^([+-]?)(\d+(?:\.\d+)?)(%?)$/.exec(text) : null;
  if (match === null) return { key, value: plainValue(key, text) };
  const [, sign, digits, percent] = match;
  const level = percent === '%' ? Math.round((Number(digits) * 255) / 100) : Number(digits);
  if (sign === '') return { key, value: level };
  return { step: { type: 'zone.adjust_brightness', delta: sign === '-' ? -level : level } };
}

function plainValue(key: string, text: string): unknown {
  if (key === 'state') return text.toUpperCase();
  if (key === 'colors') return text.split(',');
  if (textFields.includes(key)) return text;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text;
}

/** One command where one can say it all, else a batch: all or nothing, in one frame. */
function combine(zone: string, settings: Fields, steps: readonly Fields[]): Result<Fields, string> {
  const { transition, ...rest } = settings;
  const common = transition === undefined ? { zone } : { zone, transition };
  const set = Object.keys(rest).length > 0 ? [{ type: 'zone.set', ...common, ...rest }] : [];
  const toggles = steps.filter(({ type }) => type === 'zone.toggle').map((step) => ({ ...step, ...common }));
  const adjustments = steps.filter(({ type }) => type !== 'zone.toggle').map((step) => ({ ...step, ...common }));
  const commands = [...toggles, ...set, ...adjustments]; // whatever their order: `toggle red` must not end dark
  const [only] = commands;
  if (only === undefined)
    return err(`nothing to do: ${transition === undefined ? 'say what to set' : 'a transition needs something to change'}`);
  return ok(commands.length === 1 ? only : { type: 'batch', commands });
}

function whatIs(word: string): string {
  const [meant] = nearest(word, ['on', 'off', 'toggle', ...keyWords, ...Object.keys(colorNames)], 1);
  return `${JSON.stringify(word)} is no word of set${meant === undefined ? '' : `; did you mean ${meant}?`} (see diuna set --help)`;
}
