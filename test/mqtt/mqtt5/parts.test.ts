/** The parts that decide something without a broker. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newCounters } from '../../../src/mqtt/mqtt5/counters.ts';
import type { Outgoing } from '../../../src/mqtt/mqtt5/outgoing.ts';
import { mistakeIn } from '../../../src/mqtt/mqtt5/properties.ts';
import { SendWindow } from '../../../src/mqtt/mqtt5/send-window.ts';
import { type Holder, Sessions } from '../../../src/mqtt/mqtt5/sessions.ts';
import { isTopicFilter, matches } from '../../../src/mqtt/mqtt5/topic.ts';

describe('a filter', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/', true],
    ['+/+', '/a', true],
    ['/+', '/a', true],
    ['+', '/a', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/+/c', 'a/b/c', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a', 'a/b', false],
  ])('%s and %s: %s', (filter, topic, expected) => {
    expect(matches(filter.split('/'), topic.split('/'))).toBe(expected);
  });

  it.each(['', 'a#', '#/a', 'a/#/b', 'a+/b', '+a', 'a\0', 'a/b/c/d'])('%j is none', (filter) => {
    expect(isTopicFilter(filter, 3)).toBe(false);
  });
});

describe('the window', () => {
  it('keeps every message in order, under way, waiting or dropped, within its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('finish'), fc.nat(50)), { maxLength: 200 }), (steps) => {
        const dropped: number[] = [];
        const sent: number[] = [];
        const window = new SendWindow({ underWay: 3, waiting: 4, waitingBytes: 100 }, ({ messageId = 0 }) => dropped.push(messageId));
        let last = 0;
        const finished = new Set<number>();
        const put = (packet: Outgoing) => {
          if (window.enter(packet, packet.messageId ?? 0)) sent.push(packet.messageId ?? 0);
        };
        for (const step of steps) {
          if (typeof step === 'number') {
            last += 1;
            put({ cmd: 'publish', topic: 'a', payload: 'x'.repeat(step), qos: 1, retain: false, dup: false, messageId: last });
            continue;
          }
          const oldest = sent.find((id) => !finished.has(id));
          if (oldest === undefined) continue;
          finished.add(oldest);
          window.leave(oldest);
          for (let next = window.take(); next !== undefined; next = window.take()) put(next);
        }
        const open = sent.filter((id) => !finished.has(id));
        expect(open.length).toBeLessThanOrEqual(3);
        expect(sent).toEqual(sent.toSorted((a, b) => a - b));
        expect(dropped).toEqual(dropped.toSorted((a, b) => a - b));
        expect(last - sent.length - dropped.length).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('sessions', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const holder = (clientId: string, sessionExpiry_s: number): Holder => ({ clientId, cleanStart: false, sessionExpiry_s, isStored: true });

  it('leave no timer behind when they stop', () => {
    const sessions = new Sessions(async () => undefined, 10, newCounters());
    for (const id of ['a', 'b']) {
      const one = holder(id, 50);
      sessions.take(one);
      const message = { topic: 'will', payload: '', qos: 0, retain: false, properties: {} } as const;
      sessions.leave(one, { delay_s: 5, message, publish: () => expect.unreachable() });
    }
    expect(vi.getTimerCount()).toBe(4);
    sessions.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a new one waits until the store has let go of the old one', async () => {
    let release: () => void = () => undefined;
    const sessions = new Sessions(() => new Promise((resolve) => (release = resolve)), 10, newCounters());
    const one = holder('a', 1);
    sessions.take(one);
    sessions.leave(one, undefined);
    vi.advanceTimersByTime(1000);
    let settled = false;
    const waiting = sessions.settled('a').then(() => (settled = true));
    await Promise.resolve();
    expect(settled).toBe(false);
    release();
    await waiting;
    expect(sessions.take(holder('a', 1))).toEqual({ known: false, over: false });
  });
});

it('properties are judged by their packet', () => {
  expect(mistakeIn('publish', { contentType: 'text', userProperties: { a: ['1', '2'] } })).toBeUndefined();
  expect(mistakeIn('publish', { contentType: ['one', 'two'] })).toBe(0x82);
  expect(mistakeIn('publish', { contentType: null })).toBe(0x81);
  expect(mistakeIn('publish', { userProperties: { a: null } })).toBe(0x81);
  expect(mistakeIn('pubrel', { topicAlias: 1 })).toBe(0x82);
});
