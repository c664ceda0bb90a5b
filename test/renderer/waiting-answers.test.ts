import { describe, expect, it } from 'vitest';
import { WaitingAnswers } from '../../src/renderer/waiting-answers.ts';
import { until } from './support/until.ts';

describe('answers that are waited for', () => {
  it('come up to the token shown, and say which were seen', () => {
    const waiting = new WaitingAnswers(10, 60_000);
    const told: string[] = [];
    for (const token of [1, 2, 3, 4]) waiting.add(token, false, (shown) => told.push(`${token} ${shown}`));
    waiting.shown(3, [2]);
    waiting.shown(3, []);
    expect(told).toEqual(['1 true', '2 false', '3 true']);
    expect(waiting.size).toBe(1);
    waiting.giveUp();
    expect(told.at(-1)).toBe('4 false');
  });

  it('are false for what passes, when the renderer is gone', () => {
    const waiting = new WaitingAnswers(10, 60_000);
    const told: string[] = [];
    waiting.add(1, true, (shown) => told.push(`1 ${shown}`));
    waiting.add(2, false, (shown) => told.push(`2 ${shown}`));
    waiting.dropFleeting();
    expect(told).toEqual(['1 false']);
    waiting.giveUp();
  });

  it('push the oldest out when too many wait', () => {
    const waiting = new WaitingAnswers(2, 60_000);
    const told: string[] = [];
    for (const token of [1, 2, 3]) waiting.add(token, false, (shown) => told.push(`${token} ${shown}`));
    expect(told).toEqual(['1 false']);
    waiting.giveUp();
  });

  it('are false after their time', async () => {
    const waiting = new WaitingAnswers(10, 5);
    const told: string[] = [];
    for (const token of [1, 2]) waiting.add(token, false, (shown) => told.push(`${token} ${shown}`));
    await until(() => told.length === 2);
    expect(told).toEqual(['1 false', '2 false']);
  });
});
