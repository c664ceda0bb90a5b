/**
 * What Home Assistant has been told of us and what it must still forget. It removes a component only where it is told so by name, and
 * only one that it has seen since its own start: so what left while it was away is announced once more, then dismissed. Pure.
 */
import * as z from 'zod';
import type { Component, Components } from './component.ts';
import { type Discovery, discoveryEnd } from './discovery.ts';

/** Components that are remembered to be forgotten; past it the oldest are left to the user. */
export const GONE_MOST = 500;

const facts = z.record(z.string(), z.unknown());
const componentSchema = z.looseObject({
  platform: z.enum(['light', 'select', 'number', 'button', 'event', 'device_automation', 'sensor', 'binary_sensor']),
});
const documentSchema = z.object({
  device: facts,
  origin: facts,
  availability: z.array(facts),
  components: z.record(z.string(), componentSchema),
});
const placedSchema = z.object({ topic: z.string(), document: documentSchema });

export const toldSchema = z.object({
  version: z.literal(1),
  /** What stands now; `null`: nothing. */
  now: placedSchema.nullable(),
  /** What stood before and may still be known there, by topic. */
  gone: z.array(placedSchema),
});

/** A device's message and the topic that it stands on. */
export interface Placed {
  readonly topic: string;
  readonly document: Discovery;
}

export interface Told {
  readonly version: 1;
  readonly now: Placed | null;
  readonly gone: readonly Placed[];
}

export type Retained = readonly [topic: string, payload: string];

export const nothingTold: Told = { version: 1, now: null, gone: [] };

/** @param now what there is from here on; `null` where Home Assistant is to know nothing of us. */
export function tell(before: Told, now: Placed | null): Told {
  const left = before.now === null ? before.gone : [...before.gone, before.now];
  const gone = new Map<string, Placed>();
  for (const { topic, document } of left) {
    const earlier = gone.get(topic)?.document.components ?? {};
    const components = without({ ...earlier, ...document.components }, topic === now?.topic ? now.document.components : {});
    gone.set(topic, { topic, document: { ...document, components } });
  }
  return { version: 1, now, gone: bounded([...gone.values()]) };
}

/** What stands on our topic: what there is, and by its platform alone what there is no more. @returns `null` where nothing does. */
export function standing({ now, gone }: Told): Retained | null {
  if (now === null) return null;
  const here = gone.find(({ topic }) => topic === now.topic)?.document.components ?? {};
  const farewells = Object.entries(here).map(([id, { platform }]): [string, Component] => [id, { platform }]);
  return [now.topic, text(now.document, { ...now.document.components, ...Object.fromEntries(farewells) })];
}

/** Topics that we have left, emptied. */
export function emptied({ now, gone }: Told): readonly Retained[] {
  return gone.filter(({ topic }) => topic !== now?.topic).map(({ topic }) => [topic, '']);
}

/** All that is gone, once more as it was: for one that knows nothing of it and yet has kept it. */
export function revived({ now, gone }: Told): readonly Retained[] {
  return gone.map(({ topic, document }) => {
    if (topic !== now?.topic) return [topic, text(document, document.components)];
    return [topic, text(now.document, { ...now.document.components, ...document.components })];
  });
}

/** Without what another base topic has announced. @returns what it was given where there is none. */
export function withoutOthers(told: Told, base: string): Told {
  const own = discoveryEnd(base);
  const isOwn = ({ topic }: Placed) => topic.endsWith(own);
  const gone = told.gone.filter(isOwn);
  const now = told.now !== null && isOwn(told.now) ? told.now : null;
  return now === told.now && gone.length === told.gone.length ? told : { version: 1, now, gone };
}

/** It has been forgotten there. */
export function forget({ now }: Told): Told {
  return { version: 1, now, gone: [] };
}

function text(document: Discovery, components: Components): string {
  return JSON.stringify({ ...document, components });
}

function without(components: Components, others: Components): Components {
  return Object.fromEntries(Object.entries(components).filter(([id]) => !Object.hasOwn(others, id)));
}

/** The newest, and none that is empty. */
function bounded(gone: readonly Placed[]): Placed[] {
  const kept: Placed[] = [];
  let room = GONE_MOST;
  for (const { topic, document } of [...gone].reverse()) {
    const all = Object.entries(document.components);
    const newest = all.slice(Math.max(0, all.length - room));
    room -= newest.length;
    if (newest.length > 0) kept.unshift({ topic, document: { ...document, components: Object.fromEntries(newest) } });
  }
  return kept;
}
