import { describe, expect, it } from 'vitest';
import type { PreviewStrip } from '../../src/renderer/messages.ts';
import { PreviewWatchers } from '../../src/renderer/preview-watchers.ts';
import { layout, strip } from '../light/scenes.ts';
import { FakeLoopClock } from './support/fake-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const plain = layout([strip(1)], []);

function setUp() {
  const clock = new FakeLoopClock();
  const asked: number[] = [];
  const watchers = new PreviewWatchers((fps) => void asked.push(fps), clock);
  /** A watcher's pictures, by their only red. */
  const watch = (fps: number) => {
    const seen: (number | undefined)[] = [];
    return { seen, end: watchers.add(fps, (strips: readonly PreviewStrip[]) => void seen.push(strips[0]?.rgb[0])) };
  };
  const hear = async (level: number) => {
    watchers.hear([{ id: 'main', rgb: Uint8Array.of(level, 0, 0) }], plain);
    await settled();
  };
  return { clock, asked, watchers, watch, hear };
}

describe('watchers of what is shown', () => {
  it('the one who wants most decides what the renderer is asked for, and the last to go ends it', () => {
    const { asked, watchers, watch } = setUp();
    const slow = watch(10);
    const fast = watch(30);
    const slow2 = watch(15); // asks once more: it is to see the present picture
    expect(asked).toEqual([10, 30, 30]);
    slow.end();
    fast.end();
    fast.end();
    expect(asked).toEqual([10, 30, 30, 15]);
    slow2.end();
    expect(asked).toEqual([10, 30, 30, 15, 0]);
    expect(watchers.fps).toBe(0);
  });

  it('each is given its own rate at most, and the last picture always', async () => {
    const { clock, watch, hear } = setUp();
    const slow = watch(10);
    const fast = watch(50);
    for (let level = 1; level <= 51; level += 1) {
      await hear(level);
      clock.advance(20);
      await settled();
    }
    expect(fast.seen).toEqual(Array.from({ length: 51 }, (_, index) => index + 1));
    expect(slow.seen.length).toBeLessThanOrEqual(12);
    expect(slow.seen.length).toBeGreaterThanOrEqual(10);
    clock.advance(100);
    expect(slow.seen.at(-1)).toBe(51);
  });

  it('who has gone is given nothing more, nor what waited', async () => {
    const { clock, watch, hear } = setUp();
    const gone = watch(10);
    const other = watch(10);
    await hear(1);
    await hear(2);
    gone.end();
    clock.advance(1000);
    expect(gone.seen).toEqual([1]);
    expect(other.seen).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });
});
