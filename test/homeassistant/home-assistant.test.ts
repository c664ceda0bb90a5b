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
  /** What it says on its own topic. */
  hear(payload: string): void;
  readonly memory: { value: unknown };
  readonly warnings: string[];
  /** Forgets what was said up to now. @returns it. */
  taken(): (readonly [string, string])[];
}

async function house({ memory = { value: undefined as unknown }, random = 0.5, prefix = 'homeassistant' } = {}): Promise<House> {
  const timing = new ManualTiming();
  const said: (readonly [string, string])[] = [];
  const warnings: string[] = [];
  const listeners = new Map<string, (payload: string) => void>();
  const quiet = () => undefined;
  const homeAssistant = new HomeAssistant({
    prefix,
    line: {
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
    logger: { debug: quiet, info: quiet, error: quiet, warn: (_facts: object, message: string) => warnings.push(message) },
  });
  homeAssistant.open();
  const hear = (payload: string) => listeners.get(`${prefix}/status`)?.(payload);
  return { homeAssistant, timing, said, hear, memory, warnings, taken: () => said.splice(0) };
}

const components = (payload: string | undefined): Record<string, Component> => JSON.parse(payload ?? '{}').components;
const last = ({ said }: House): Record<string, Component> => components(said.findLast(([topic]) => topic === TOPIC)?.[1]);

describe('at a start', () => {
  it('it is told at once what there is, and once more when it had time to take it in', async () => {
    const { homeAssistant, timing, taken } = await house();
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

  it('it is told again what it was told in an earlier run: the broker may have lost it', async () => {
    const memory = { value: undefined };
    (await house({ memory })).homeAssistant.take(large);
    const again = await house({ memory });
    again.homeAssistant.take(large);
    expect(again.taken()).toHaveLength(1);
  });

  it('a memory that makes no sense costs nothing but itself', async () => {
    const { homeAssistant, taken, warnings } = await house({ memory: { value: { version: 1, now: 'nonsense' } } });
    homeAssistant.take(large);
    expect(taken()).toHaveLength(1);
    expect(warnings).toEqual(['it is not known any more what Home Assistant was told: what has left since may stay there']);
  });
});

describe('when it says that it is there', () => {
  it('it is told what there is, that we are here, and how zones are, in that order, after a moment', async () => {
    const { homeAssistant, timing, hear, taken } = await house({ random: 0.5 });
    homeAssistant.take(large);
    timing.pass(10_000);
    const [config] = taken();
    hear('online');
    timing.pass(1499);
    expect(taken()).toEqual([]);
    timing.pass(1);
    expect(taken()).toEqual([config, ['retell', '']]);
  });

  it('once is enough, however often it says so meanwhile', async () => {
    const { homeAssistant, timing, hear, taken } = await house();
    homeAssistant.take(large);
    timing.pass(10_000);
    taken();
    for (let count = 0; count < 50; count += 1) hear('online');
    timing.pass(60_000);
    expect(taken()).toHaveLength(2);
  });

  it('nothing is said when it goes, nor to anything else that is said there', async () => {
    const { homeAssistant, timing, hear, taken } = await house();
    homeAssistant.take(large);
    timing.pass(10_000);
    taken();
    for (const word of ['offline', '', 'Online', '{"state":"online"}']) hear(word);
    timing.pass(60_000);
    expect(taken()).toEqual([]);
  });

  it('a change meanwhile does not keep it from its answer', async () => {
    const { homeAssistant, timing, hear, taken } = await house({ random: 1 });
    homeAssistant.take(large);
    hear('online');
    homeAssistant.take(installation({ home_assistant: { name: 'Attic' } }));
    taken();
    timing.pass(3000);
    expect(taken().at(-1)).toEqual(['retell', '']);
  });
});

describe('what leaves', () => {
  it('is named by its platform alone beside what stays', async () => {
    const here = await house();
    here.homeAssistant.take(large);
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
    expect(last(here)['event_desk']).toEqual({ platform: 'event' });
    expect(last(here)['light_floor']).toMatchObject({ platform: 'light', name: 'Floor' });
  });

  it('is so too where it left between two starts', async () => {
    const memory = { value: undefined };
    (await house({ memory })).homeAssistant.take(large);
    const here = await house({ memory });
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
  });

  it('is brought back for one that was away, dismissed in its presence, and then left out', async () => {
    const here = await house({ random: 0 });
    here.homeAssistant.take(large);
    here.homeAssistant.take(small);
    here.timing.pass(60_000);
    here.taken();
    here.hear('online');
    here.timing.pass(0);
    expect(last(here)['light_shelf']).toMatchObject({ platform: 'light', name: 'shelf' });
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

  it('is remembered where the daemon ends before it could be dismissed', async () => {
    const memory = { value: undefined };
    const before = await house({ memory, random: 0 });
    before.homeAssistant.take(large);
    before.homeAssistant.take(small);
    before.hear('online');
    before.timing.pass(0);
    before.homeAssistant.stop();
    expect(before.timing.waiting).toBe(0);
    const here = await house({ memory, random: 0 });
    here.homeAssistant.take(small);
    expect(last(here)['light_shelf']).toEqual({ platform: 'light' });
  });

  it('is not gone where it comes back', async () => {
    const here = await house();
    for (const each of [large, small, large]) here.homeAssistant.take(each);
    expect(last(here)['light_shelf']).toMatchObject({ name: 'shelf' });
  });
});

describe('turned off', () => {
  it('it empties its topic once, and answers nobody', async () => {
    const { homeAssistant, timing, taken } = await house();
    homeAssistant.take(large);
    taken();
    homeAssistant.take(null);
    timing.pass(60_000);
    expect(taken()).toEqual([[TOPIC, '']]);
    homeAssistant.take(null);
    expect(taken()).toEqual([]);
  });

  it('from the first start, it says nothing at all', async () => {
    const { homeAssistant, timing, taken } = await house();
    homeAssistant.take(null);
    timing.pass(60_000);
    expect(taken()).toEqual([]);
  });

  it('between two starts, it empties what an earlier run has said', async () => {
    const memory = { value: undefined };
    (await house({ memory })).homeAssistant.take(large);
    const { homeAssistant, taken } = await house({ memory });
    homeAssistant.take(null);
    expect(taken()).toEqual([[TOPIC, '']]);
  });
});

it('another prefix leaves nothing behind on the old one', async () => {
  const memory = { value: undefined };
  (await house({ memory })).homeAssistant.take(large);
  const { homeAssistant, taken } = await house({ memory, prefix: 'ha' });
  homeAssistant.take(large);
  expect(taken().map(([topic, payload]) => [topic, payload === ''])).toEqual([
    [TOPIC, true],
    ['ha/device/diuna/config', false],
  ]);
});

it('keeps nothing anew where nothing has changed', async () => {
  const here = await house();
  here.homeAssistant.take(large);
  here.memory.value = 'untouched';
  here.homeAssistant.take(large);
  here.timing.pass(60_000);
  expect(here.memory.value).toBe('untouched');
});
