import { describe, expect, it } from 'vitest';
import { FrameLoop, type LoopTimes } from '../../src/renderer/frame-loop.ts';
import { FakeLoopClock } from './support/fake-clock.ts';

function setUp(times: Partial<LoopTimes> = {}) {
  const clock = new FakeLoopClock();
  const made: number[] = [];
  const at: number[] = [];
  const overruns: [number, number][] = [];
  const state = { moving: false, refreshes: 0, workMs: 0 };
  const loop = new FrameLoop(clock, {
    frame: (momentMs) => {
      made.push(momentMs);
      at.push(clock.nowMs());
      clock.stall(state.workMs);
      return state.moving;
    },
    refresh: () => {
      state.refreshes += 1;
    },
    overrun: (lateMs, skipped) => overruns.push([lateMs, skipped]),
  });
  loop.configure({ periodMs: 20, gapMs: 0, refreshMs: 0, ...times });
  return { clock, made, at, overruns, state, loop };
}

describe('a still scene', () => {
  it('makes no frames and sets no timer', () => {
    const { clock, made, loop } = setUp();
    loop.wake();
    clock.advance(60_000);
    expect(made).toEqual([1000]);
    expect(clock.pending).toBe(0);
  });

  it('is drawn within the call that changes it', () => {
    const { clock, made, loop } = setUp();
    clock.advance(333.25);
    loop.wake();
    expect(made).toEqual([1333.25]);
  });

  it('waits for the wire where the last frame still occupies it, and draws several changes in one frame', () => {
    const { clock, made, loop } = setUp({ gapMs: 9.3 });
    loop.wake();
    clock.advance(3);
    loop.wake();
    clock.advance(1);
    loop.wake();
    clock.advance(30);
    expect(made).toEqual([1000, 1009.3]);
  });

  it('is refreshed now and then where an output needs it, and a change does not wait for that', () => {
    const { clock, made, state, loop } = setUp({ refreshMs: 1000 });
    loop.wake();
    clock.advance(3500);
    expect(state.refreshes).toBe(3);
    loop.wake();
    expect(made).toEqual([1000, 4500]);
  });
});

describe('a moving scene', () => {
  it('stands on a grid from its first frame on, whatever timers and work take', () => {
    const { clock, made, state, loop } = setUp({ periodMs: 1000 / 60 });
    state.moving = true;
    state.workMs = 1.7;
    clock.timersLateMs = 0.4;
    loop.wake();
    clock.advance(10_000);
    expect(made.length).toBeGreaterThan(595);
    for (const [n, momentMs] of made.entries()) expect(momentMs).toBeCloseTo(1000 + (n * 1000) / 60, 6);
  });

  it('makes each frame at its moment, blocking less than 2.5 ms for it', () => {
    const { clock, made, at, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    clock.advance(1000);
    expect(at).toEqual(made);
    expect(Math.max(...clock.blocked)).toBeLessThanOrEqual(2.5);
  });

  it('keeps its grid when something changes meanwhile', () => {
    const { clock, made, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    clock.advance(7);
    loop.wake();
    clock.advance(20);
    expect(made).toEqual([1000, 1020]);
  });

  it('draws a frame that is a little late for its own moment, and skips none', () => {
    const { clock, made, overruns, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    clock.stall(35);
    clock.advance(10);
    expect(made).toEqual([1000, 1020, 1040]);
    expect(overruns).toEqual([]);
  });

  it('skips moments that are a whole period past, once, and says how late it was', () => {
    const { clock, made, overruns, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    clock.stall(95);
    clock.advance(10);
    expect(made).toEqual([1000, 1080, 1100]);
    expect(overruns).toEqual([[75, 3]]);
  });

  it('comes to rest with the frame after which nothing moves, and starts a new grid when it moves again', () => {
    const { clock, made, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    clock.advance(25);
    state.moving = false;
    clock.advance(500);
    expect(made).toEqual([1000, 1020, 1040]);
    expect(loop.moving).toBe(false);
    state.moving = true;
    loop.wake();
    clock.advance(30);
    expect(made.slice(3)).toEqual([1525, 1545]);
  });

  it('gives the event loop a turn between frames that are closer than a block', () => {
    const { clock, made, loop, state } = setUp({ periodMs: 2 });
    state.moving = true;
    loop.wake();
    expect(made).toEqual([1000]);
    expect(clock.pending).toBe(1);
    clock.advance(9);
    expect(made.slice(0, 5)).toEqual([1000, 1002, 1004, 1006, 1008]);
  });

  it('makes nothing more once stopped', () => {
    const { clock, made, state, loop } = setUp();
    state.moving = true;
    loop.wake();
    loop.stop();
    loop.wake();
    clock.advance(1000);
    expect(made).toEqual([1000]);
    expect(clock.pending).toBe(0);
  });
});
