/** When what is said to Home Assistant, and what it has to forget. */
import { describe, expect, it } from 'vitest';
import type { Component } from '../../src/homeassistant/component.ts';
import { HomeAssistant } from '../../src/homeassistant/home-assistant.ts';
import { ManualTiming } from '../support/manual-timing.ts';
import { installation, sections } from './installation.ts';

const TOPIC = 'homeassistant/device/diuna/config';
const { floor, lamp } = sections.zones;
const large = installation();
const small = installation({ zones: { floor, lamp }, groups: {}, knobs: {} });

interface House {
  readonly homeAssistant: HomeAssistant;
  readonly timing: ManualTiming;
  /** In order: topics with payloads, and `retell`. */
  readonly said: (readonly [string, string])[];
  /** What it says on its own topic, or another. */
  readonly hear: (payload: string, topic?: string) => void;
  link: number | null;
  readonly memory: { value: unknown };
  readonly warnings: string[];
  /** Forgets what was said up to now. @returns it. */
  readonly taken: () => (readonly [string, string])[];
}

const defaults = { memory: { value: undefined as unknown }, random: 0.5, prefix: 'homeassistant', base: 'diuna', isInside: true };

function house(options: Partial<typeof defaults> = {}): House {
  const { memory, random, prefix, base, isInside } = { ...defaults, memory: { value: undefined as unknown }, ...options };
  const timing = new ManualTiming();
  const said: (readonly [string, string])[] = [];
  const warnings: string[] = [];
  const listeners = new Map<string, (payload: string) => void>();
  const quiet = () => undefined;
  const state: { link: number | null } = { link: 1 };
  const homeAssistant = new HomeAssistant({
    prefix,
    base,
    broker: {
      link: () => state.link,
      isInside,
      retain: (topic, payload) => said.push([topic, payload]),
      hear: (topic, listener) => listeners.set(topic, listener),
      retell: () => said.push(['retell', '']),
    },
    memory: {
      recall: () => memory.value,
      keep: (value) => {
        memory.value = JSON.parse(JSON.stringify(value));
      },
    },
    timing,
    random: () => random,
    logger: {
      debug: quiet,
      info: (_facts: object, message: string) => warnings.push(message),
      error: quiet,
      warn: (_facts: object, message: string) => warnings.push(message),
    },
  });
  homeAssistant.open();
  const hear = (payload: string, topic = 'homeassistant/status') => listeners.get(topic)?.(payload);
  const taken = () => said.splice(0);
  return Object.assign(state, { homeAssistant, timing, said, hear, memory, warnings, taken });
}

const components = (payload: string | undefined): Record<string, Component> => JSON.parse(payload ?? '{}').components;
const last = ({ said }: House): Record<string, Component> => components(said.findLast(([topic]) => topic === TOPIC)?.[1]);

describe('at a start', () => {
  it('it is told at once what there is, and once more when it had time to take it in', () => {
    const { homeAssistant, timing, taken } = house();
    homeAssistant.take(large);
    const [first, ...more] = taken();
    expect([first?.[0], more]).toEqual([TOPIC, []]);
    timing.pass(4999);
    expect(taken()).toEqual([]);
    timing.pass(1);
    expect(taken()).toEqual([first]);
    timing.pass(60_000);
    expect(taken()).toEqual([]);
  });

  it('it is told again what it was told in an earlier run: the broker may have lost it', () => {
    const memory = { value: undefined };
    house({ memory }).homeAssistant.take(large);
    const again = house({ memory });
    again.homeAssistant.take(large);
    expect(again.taken()).toHaveLength(1);
  });

  it('a memory that makes no sense costs nothing but itself', () => {
    const { homeAssistant, taken, warnings } = house({ memory: { value: { version: 1, now: 'nonsense' } } });
    homeAssistant.take(large);
    expect(taken()).toHaveLength(1);
    expect(warnings).toEqual(['it is not known any more what Home Assistant was told: what has left since may stay there']);
  });
});

describe('when it says that it is there', () => {
  it('it is told what there is, that we are here, and how zones are, in that order, after a moment', () => {
    const { homeAssistant, timing, hear, taken } = house({ random: 0.5 });
    homeAssistant.take(large);
    timing.pass(10_000);
    const [config] = taken();
    hear('online');
    timing.pass(1499);
    expect(taken()).toEqual([]);
    timing.pass(1);
    expect(taken()).toEqual([config, ['retell', '']]);
  });

  it('once is enough, however often it says so meanwhile', () => {
    const { homeAssistant, timing, hear, taken } = house();
    homeAssistant.take(large);
    timing.pass(10_000);
    taken();
    for (let count = 0; count < 50; count += 1) hear('online');
    timing.pass(60_000);
    expect(taken()).toHaveLength(2);
  });

  it('nothing is said when it goes, nor to anything else that is said there', () => {
    const { homeAssistant, timing, hear, taken } = house();
    homeAssistant.take(large);
    timing.pass(10_000);
    taken();
    for (const word of ['offline', '', 'Online', '{"state":"online"}']) hear(word);
    timing.pass(60_000);
    expect(taken()).toEqual([]);
  });

  it('a change meanwhile does not keep it from its answer', () => {
    const { homeAssistant, timing, hear, taken } = house({ random: 1 });
    homeAssistant.take(large);
    hear('online');
    homeAssistant.take(installation({ home_assistant: { name: 'Attic' } }));
    taken();
    timing.pass(3000);
    expect(taken().at(-1)).toEqual(['retell', '']);
  });
});

describe('what leaves', () => {
  it('is named by its platform alone beside what stays', () => {
    const here = house();
    here.homeAssistant.take(large);
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    expect(last(here)['event_desk']).toEqual({ platform: 'event' });
    expect(last(here)['light_floor']).toMatchObject({ platform: 'light', name: 'Floor' });
  });

  it('is so too where it left between two starts', () => {
    const memory = { value: undefined };
    house({ memory }).homeAssistant.take(large);
    const here = house({ memory });
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
  });

  it('is brought back for one that was away, dismissed in its presence, and then left out', () => {
    const here = house({ random: 0 });
    here.homeAssistant.take(large);
    here.homeAssistant.take(small);
    here.timing.pass(60_000);
    here.taken();
    here.hear('online');
    here.timing.pass(0);
    expect(last(here)['light_shelf']).toMatchObject({ platform: 'light', name: 'Shelf' });
    here.timing.pass(5000);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    here.timing.pass(5000);
    expect(Object.keys(last(here))).not.toContain('light_shelf');
    expect(here.said.at(-1)).toEqual(['retell', '']);
    here.taken();
    here.hear('online');
    here.timing.pass(60_000);
    expect(here.taken().map(([topic]) => topic)).toEqual([TOPIC, 'retell']);
  });

  it('is remembered where the daemon ends before it could be dismissed', () => {
    const memory = { value: undefined };
    const before = house({ memory, random: 0 });
    before.homeAssistant.take(large);
    before.homeAssistant.take(small);
    before.hear('online');
    before.timing.pass(0);
    before.homeAssistant.stop();
    expect(before.timing.waiting).toBe(0);
    const here = house({ memory, random: 0 });
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
  });

  it('is not gone where it comes back', () => {
    const here = house();
    for (const each of [large, small, large]) here.homeAssistant.take(each);
    expect(last(here)['light_shelf']).toMatchObject({ name: 'Shelf' });
  });
});

describe('leave that is taken of what left', () => {
  const parting = (options: Partial<typeof defaults> = {}) => {
    const here = house({ random: 0, ...options });
    here.homeAssistant.take(large);
    here.homeAssistant.take(small);
    here.timing.pass(60_000);
    here.hear('online');
    here.timing.pass(0);
    return here;
  };
  const isRevived = (here: House) => 'name' in (last(here)['light_shelf'] ?? {});
  const remembersShelf = ({ memory }: House) => JSON.stringify(memory.value).includes('light_shelf');

  it('is broken off where it goes again, and nothing that is gone stands there as if it were not', () => {
    const here = parting();
    expect(isRevived(here)).toBe(true);
    here.hear('offline');
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    here.timing.pass(60_000);
    expect(remembersShelf(here)).toBe(true);
    here.hear('online');
    here.timing.pass(0);
    expect(isRevived(here)).toBe(true);
    here.timing.pass(10_000);
    expect([Object.keys(last(here)).includes('light_shelf'), remembersShelf(here)]).toEqual([false, false]);
  });

  it.each([0, 5000])('counts for nothing where the broker was lost %i ms into it', (afterMs) => {
    const here = parting();
    here.timing.pass(afterMs);
    here.link = null;
    here.timing.pass(5000);
    here.link = 2;
    here.timing.pass(60_000);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    expect(remembersShelf(here)).toBe(true);
  });

  it('is not begun anew, however often it says meanwhile that it is there', () => {
    const here = parting();
    for (let count = 0; count < 20; count += 1) {
      here.hear('online');
      here.timing.pass(900);
    }
    expect([isRevived(here), remembersShelf(here)]).toEqual([false, false]);
  });

  it('is broken off by a change, and begun anew the next time', () => {
    const here = parting();
    here.homeAssistant.take(installation({ zones: { floor, lamp }, groups: {}, knobs: {}, home_assistant: { name: 'Attic' } }));
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    expect(remembersShelf(here)).toBe(true);
  });

  it('is broken off also where it is of a whole device', () => {
    const here = house({ random: 0 });
    here.homeAssistant.take(large);
    here.homeAssistant.take(null);
    here.hear('online');
    here.timing.pass(0);
    here.homeAssistant.take(installation({ mqtt: { base_topic: 'other' } }));
    expect(here.said.findLast(([topic]) => topic === TOPIC)?.[1]).toBe('');
  });
});

it('after the stop nothing is said, whatever is heard', () => {
  const here = house({ random: 0 });
  here.homeAssistant.take(large);
  here.homeAssistant.stop();
  here.taken();
  here.hear('online');
  here.homeAssistant.take(small);
  here.timing.pass(60_000);
  expect([here.taken(), here.timing.waiting]).toEqual([[], 0]);
});

it('is heard where it always says that it is there, also with another prefix', () => {
  const here = house({ prefix: 'ha', random: 0 });
  here.homeAssistant.take(large);
  here.timing.pass(60_000);
  here.taken();
  for (const topic of ['homeassistant/status', 'ha/status']) {
    here.hear('online', topic);
    here.timing.pass(0);
    expect(here.taken().map(([each]) => each)).toEqual(['ha/device/diuna/config', 'retell']);
  }
});

it('a change is said a second time also where it is answered in between', () => {
  const here = house({ random: 0 });
  here.homeAssistant.take(large);
  here.timing.pass(200);
  here.hear('online');
  here.timing.pass(60_000);
  expect(here.taken().filter(([topic]) => topic === TOPIC)).toHaveLength(3);
});

it('on a broker that others use, what another base topic announced is left alone', () => {
  const memory = { value: undefined as unknown };
  house({ memory }).homeAssistant.take(large);
  const here = house({ memory, base: 'copy', isInside: false });
  here.homeAssistant.take(installation({ mqtt: { base_topic: 'copy' } }));
  here.hear('online');
  here.timing.pass(60_000);
  expect(new Set(here.taken().map(([topic]) => topic))).toEqual(new Set(['homeassistant/device/copy/config', 'retell']));
  expect(here.warnings).toEqual(['what was announced with another base topic stays as it is']);
});

describe('turned off', () => {
  it('it empties its topic once, and answers nobody', () => {
    const { homeAssistant, timing, taken } = house();
    homeAssistant.take(large);
    taken();
    homeAssistant.take(null);
    timing.pass(60_000);
    expect(taken()).toEqual([[TOPIC, '']]);
    homeAssistant.take(null);
    expect(taken()).toEqual([]);
  });

  it('from the first start, it says nothing at all', () => {
    const { homeAssistant, timing, taken } = house();
    homeAssistant.take(null);
    timing.pass(60_000);
    expect(taken()).toEqual([]);
  });

  it('between two starts, it empties what an earlier run has said', () => {
    const memory = { value: undefined };
    house({ memory }).homeAssistant.take(large);
    const { homeAssistant, taken } = house({ memory });
    homeAssistant.take(null);
    expect(taken()).toEqual([[TOPIC, '']]);
  });
});

it('another prefix leaves nothing behind on the old one', () => {
  const memory = { value: undefined };
  house({ memory }).homeAssistant.take(large);
  const { homeAssistant, taken } = house({ memory, prefix: 'ha' });
  homeAssistant.take(large);
  expect(taken().map(([topic, payload]) => [topic, payload === ''])).toEqual([
    [TOPIC, true],
    ['ha/device/diuna/config', false],
  ]);
});

it('keeps nothing anew where nothing has changed', () => {
  const here = house();
  here.homeAssistant.take(large);
  here.memory.value = 'untouched';
  here.homeAssistant.take(large);
  here.timing.pass(60_000);
  expect(here.memory.value).toBe('untouched');
});
