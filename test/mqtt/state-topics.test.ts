/** Which states are cleared, and when: over runs, and however soon each ends. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StateTopics } from '../../src/mqtt/state-topics.ts';
import { ManualTiming } from '../support/manual-timing.ts';

/** A broker that holds what was published and may be away, and a store, over several runs of the daemon. */
class World {
  readonly standing = new Set<string>();
  link: number | null = 1;
  #kept: unknown = undefined;
  #timing = new ManualTiming();
  #topics = this.#start();

  #start(): StateTopics {
    this.#timing = new ManualTiming();
    return new StateTopics({
      memory: { recall: () => this.#kept, keep: (value) => (this.#kept = JSON.parse(JSON.stringify(value))) },
      clear: (topic) => this.link !== null && this.standing.delete(topic),
      link: () => this.link,
      isOurs: (topic) => !topic.startsWith('other/'),
      timing: this.#timing,
    });
  }

  restart(): void {
    this.#topics.stop();
    expect(this.#timing.waiting).toBe(0);
    this.#topics = this.#start();
  }

  configure(topics: readonly string[], patienceMs: number): void {
    for (const topic of topics) this.standing.add(topic);
    this.#topics.take(topics, patienceMs);
  }

  pass(ms: number): void {
    this.#timing.pass(ms);
  }
}

const topics = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
const step = fc.oneof(
  fc.record({ kind: fc.constant('configure' as const), topics, patienceMs: fc.constantFrom(0, 1000) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 999, 1000, 5000) }),
  fc.record({ kind: fc.constant('link' as const), link: fc.constantFrom(null, 1, 2, 3) }),
);

it('in the end there stands what there is, however many runs ended before they could clear the rest', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), topics, (steps, last) => {
      const world = new World();
      for (const each of steps) {
        if (each.kind === 'configure') world.configure(each.topics, each.patienceMs);
        else if (each.kind === 'restart') world.restart();
        else if (each.kind === 'link') world.link = each.link;
        else world.pass(each.ms);
      }
      world.link = 4;
      world.configure(last, 1000);
      world.pass(1000);
      expect([...world.standing].sort()).toEqual([...last].sort());
    }),
  );
});

it('what left stands until others had time to let go of it', () => {
  const world = new World();
  world.configure(['a', 'b'], 1000);
  world.configure(['a'], 1000);
  world.pass(999);
  expect([...world.standing]).toEqual(['a', 'b']);
  world.pass(1);
  expect([...world.standing]).toEqual(['a']);
});

it('what comes back before that stays', () => {
  const world = new World();
  for (const there of [['a', 'b'], ['a'], ['a', 'b']]) world.configure(there, 1000);
  world.pass(5000);
  expect([...world.standing]).toEqual(['a', 'b']);
});

it('where nobody has to let go it is cleared at once', () => {
  const world = new World();
  world.configure(['a', 'b'], 0);
  world.configure(['a'], 0);
  expect([...world.standing]).toEqual(['a']);
});

it('a broker that is away is told when it is back, and again where it went right after', () => {
  const world = new World();
  world.configure(['a', 'b'], 0);
  world.link = null;
  world.configure(['a'], 0);
  world.pass(60_000);
  expect([...world.standing]).toEqual(['a', 'b']);
  world.link = 2;
  world.pass(5000);
  expect([...world.standing]).toEqual(['a']);
  world.standing.add('b'); // it had not heard it
  world.link = 3;
  world.pass(60_000);
  expect([...world.standing]).toEqual(['a']);
});

it('what stands under another base topic is left alone: the store may be a copy of one whose daemon is there', () => {
  const world = new World();
  world.configure(['other/a', 'b'], 0);
  world.pass(10_000);
  world.restart();
  world.configure(['b'], 0);
  world.pass(10_000);
  expect([...world.standing]).toEqual(['other/a', 'b']);
});
