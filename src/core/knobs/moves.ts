/** What a simulated knob is asked to do, in words: `+3`, `-1`, `press`, `double_press`, `long_press`, `hold +2`, one after another. */
import { err, ok, type Result } from '../../base/result.ts';
import { type Refusal, refusal } from '../../model/refusal.ts';
import { show } from '../issues.ts';

export type Move =
  /** Detents, clockwise positive. */
  { readonly kind: 'turn'; readonly detents: number; readonly held: boolean } | { readonly kind: 'press' | 'double_press' | 'long_press' };

/** Detents of one move. */
const MOST_DETENTS = 1000;
const allowed = `+3, -1, press, double_press, long_press or hold +2, with 1 to ${MOST_DETENTS} detents`;

export function parseMoves(text: string): Result<readonly Move[], Refusal> {
  const words = text.trim().split(/\s+/);
  const moves: Move[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const held = words[at] === 'hold';
    if (held) at += 1;
    const move = moveOf(words[at] ?? '', held);
    if (move === null) return err(refusal('invalid_command', `moves must be ${allowed}, got ${show(text)}`, 'moves'));
    moves.push(move);
  }
  return ok(moves);
}

function moveOf(word: string, held: boolean): Move | null {
  if (!held && (word === 'press' || word === 'double_press' || word === 'long_press')) return { kind: word };
  if (!/^[+-]?\d{1,4}$/.test(word)) return null;
  const detents = Number(word);
  return detents === 0 || Math.abs(detents) > MOST_DETENTS ? null : { kind: 'turn', detents, held };
}
