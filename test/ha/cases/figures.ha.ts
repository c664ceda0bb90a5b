/**
 * How long it takes from a call in Home Assistant to the light, how much of that is ours, and what a slider that floods comes to.
 * Times are printed and not judged: the machine's other work is in them. Counts have bounds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { afterwards } from '../../support/afterwards.ts';
import { until } from '../../support/until.ts';
import { isContent, lightIs, type Pair, settled, turnOn } from '../behaviour/pair.ts';
import { FrameEar, MessageEar } from '../figures/ear.ts';
import { print } from '../figures/table.ts';
import { Tap } from '../figures/tap.ts';
import type { StateChanged } from '../home-assistant/schemas.ts';
import type { Heard } from '../home-assistant/socket.ts';
import { House, newHomeAssistant } from '../stage.ts';

const FLOOR = 'light.diuna_floor';
const SAMPLES = 220;
/** Of the retained state of a zone (protocol §6). */
const STATE_SPACING_MS = 50;

let pair: Pair;
let wire: FrameEar;
let tap: Tap;
let broker: MessageEar;
let changes: Heard<StateChanged>[];

beforeAll(async () => {
  wire = new FrameEar();
  await wire.open();
  afterwards(() => wire[Symbol.asyncDispose]());
  const sections = {
    renderer: { transition: 0, gamma: 1 }, // with gamma 1 the bytes of white are its brightness
    strips: { main: { length: 30, output: wire.output }, white: { length: 10, type: 'sk6812w' } },
  };
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  pair = { house, home };
  tap = await Tap.open(house.port);
  afterwards(() => tap[Symbol.asyncDispose]());
  await home.addMqtt({ port: tap.port, protocol: '5' });
  await settled(pair);
  await home.settled();
  broker = await MessageEar.open(await house.connect('onlooker'), ['diuna/zone/+/set', 'diuna/zone/+/state', 'diuna/event/zone/#']);
  changes = await home.watch();
  await turnOn(pair, 'floor', { rgb_color: [255, 255, 255], brightness: 1 });
  await lightIs(pair, 'floor', { state: 'on', brightness: 1 });
});
afterEach(() => isContent(pair));

const byWebSocket = async (brightness: number): Promise<void> => {
  const call = { type: 'call_service', domain: 'light', service: 'turn_on', target: { entity_id: FLOOR }, service_data: { brightness } };
  await pair.home.socket.call(call, z.unknown());
};
const byRest = (brightness: number) => turnOn(pair, 'floor', { brightness });

const brightnessesSince = (from: number) =>
  changes
    .slice(from)
    .filter(({ event }) => event.data.entity_id === FLOOR)
    .map(({ event, atMs }) => ({ brightness: event.data.new_state?.attributes['brightness'], atMs }));

/** One call, and when what came of it came. */
async function follow(call: (brightness: number) => Promise<void>, brightness: number) {
  const from = { frames: wire.frames.length, passed: tap.passed.length, changes: changes.length };
  const calledMs = performance.now();
  const answered = call(brightness);
  const [command, frame, slider] = await Promise.all([
    tap.first(from.passed, 'diuna/zone/floor/set'),
    wire.first(from.frames, ([first]) => first === brightness, `a frame of ${brightness}`),
    until(() => brightnessesSince(from.changes).find((change) => change.brightness === brightness), `Home Assistant to show ${brightness}`),
  ]);
  await answered;
  return {
    toCommand: command.atMs - calledMs,
    toFrame: frame.atMs - calledMs,
    ours: frame.atMs - command.atMs,
    toSlider: slider.atMs - calledMs,
  };
}

it.each([
  ['its WebSocket', byWebSocket],
  ['REST', byRest],
])('from a call over %s to the frame that shows it', async (by, call) => {
  for (let warming = 0; warming < 10; warming += 1) await follow(call, 10 + warming);
  const followed: Awaited<ReturnType<typeof follow>>[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    followed.push(await follow(call, sample % 2 === 0 ? 200 : 60));
    await pause(STATE_SPACING_MS + ((sample * 7) % 40)); // as a person's calls: apart, and in step with nothing
  }
  await print(`Home Assistant's light.turn_on over ${by}`, [
    ['call to frame', followed.map(({ toFrame }) => toFrame)],
    ["of it, call to Home Assistant's command on its way to us", followed.map(({ toCommand }) => toCommand)],
    ['of it, that command to the frame', followed.map(({ ours }) => ours)],
    ["call to the change in Home Assistant's page", followed.map(({ toSlider }) => toSlider)],
  ]);
  expect(followed).toHaveLength(SAMPLES);
});

/** Calls at a steady pace, whether or not those before were answered. @returns how long they took, and until all was told. */
async function drag(values: readonly number[], everyMs: number): Promise<number> {
  const startMs = performance.now();
  const calls: Promise<void>[] = [];
  for (const [index, value] of values.entries()) {
    calls.push(byWebSocket(value));
    await pause(Math.max(0, startMs + (index + 1) * everyMs - performance.now()));
  }
  await Promise.all(calls);
  await lightIs(pair, 'floor', { brightness: values.at(-1) });
  await until(
    () => broker.on('diuna/zone/floor/state').some(({ payload }) => JSON.parse(payload).brightness === values.at(-1)),
    'its state',
  );
  const tookMs = performance.now() - startMs;
  // What might still come of it comes before this.
  const other = values.at(-1) ?? 0;
  await turnOn(pair, 'shelf', { brightness: other });
  await lightIs(pair, 'shelf', { brightness: other });
  await until(() => broker.on('diuna/zone/shelf/state').some(({ payload }) => JSON.parse(payload).brightness === other), 'the other one');
  return tookMs;
}

const inOrder = (values: readonly unknown[]) => values.every((value, index) => index === 0 || Number(value) > Number(values[index - 1]));

// Home Assistant's own slider calls once, when it is let go, and its colour wheel twice a second; cards that others made call more often.
it.each([
  [20, 40, 5],
  [100, 200, 1],
])('a slider that is dragged for two seconds and calls %i times a second', async (perSecond, calls, step) => {
  await byWebSocket(1);
  await lightIs(pair, 'floor', { brightness: 1 });
  const from = { frames: wire.frames.length, messages: broker.messages.length, changes: changes.length };
  const values = Array.from({ length: calls }, (_, index) => 20 + step * index);
  const last = values.at(-1);
  const tookMs = await drag(values, 1000 / perSecond);

  const commands = broker.on('diuna/zone/floor/set', from.messages);
  const events = broker.on('diuna/event/zone/floor/state_changed', from.messages);
  const states = broker.on('diuna/zone/floor/state', from.messages).map(({ payload }) => JSON.parse(payload).brightness);
  const shown = brightnessesSince(from.changes).map(({ brightness }) => brightness);
  const lit = wire.frames.slice(from.frames).map(({ bytes }) => bytes[0] ?? 0);
  console.log(
    `${calls} calls in 2 s: ${commands.length} commands, ${events.length} events, ${states.length} states published, ${shown.length} changes in Home Assistant, ${lit.length} frames; all told after ${(tookMs / 1000).toFixed(2)} s`,
  );

  for (const told of [states, shown]) {
    expect(told.at(-1)).toBe(last);
    expect(inOrder(told)).toBe(true);
  }
  expect(lit.at(-1)).toBe(last);
  expect(lit.toSorted((a, b) => a - b)).toEqual(lit);
  expect(commands.length).toBe(calls);
  expect(events.length).toBeLessThanOrEqual(calls);
  expect(states.length).toBeLessThanOrEqual(1 + tookMs / STATE_SPACING_MS);
  expect(lit.length).toBeLessThanOrEqual(events.length + 5); // a still picture is sent again now and then
});
