/**
 * An automation of Home Assistant's that a knob triggers and that lights another zone: as docs/home-assistant.md writes it, and by
 * the triggers of the device. Every gesture comes to exactly one command; how long the way takes is printed.
 */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { afterwards } from '../../support/afterwards.ts';
import type { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { isContent, lightIs, type Pair, settled } from '../behaviour/pair.ts';
import { FrameEar, MessageEar } from '../figures/ear.ts';
import { print } from '../figures/table.ts';
import { Tap } from '../figures/tap.ts';
import { House, newHomeAssistant } from '../stage.ts';

const TIMES = 30;
const COMMAND = 'diuna/zone/shelf/set';
/** LEDs 10 to 29 of a strip of 30. */
const SHELF_BYTE = 30;
/** What it is before each gesture, in order not to be what automations make of it. */
const before = { brightness: 200, color: { r: 0, g: 0, b: 255 } };

const gestures = [
  { event_type: 'double_press', type: 'button_double_press', moves: 'double_press', told: 'double_pressed' },
  { event_type: 'press', type: 'button_short_press', moves: 'press', told: 'pressed' },
  { event_type: 'rotated_right', type: 'rotated_right', moves: '+1', told: 'rotated' },
] as const;
type Gesture = (typeof gestures)[number];

const automationSchema = z.looseObject({
  alias: z.string(),
  triggers: z.tuple([z.looseObject({ entity_id: z.string() })]),
  conditions: z.string(),
  actions: z.array(z.looseObject({ action: z.string() })),
});
const documentedSchema = z.object({ automation: z.tuple([automationSchema]) });
let documented: z.infer<typeof automationSchema>;

let pair: Pair;
let wire: FrameEar;
let tap: Tap;
let broker: MessageEar;
let hand: TestClient;

beforeAll(async () => {
  wire = new FrameEar();
  await wire.open();
  afterwards(() => wire[Symbol.asyncDispose]());
  const [house, home] = await Promise.all([
    House.open({
      renderer: { transition: 0, gamma: 1 },
      strips: { main: { length: 30, output: wire.output }, white: { length: 10, type: 'sk6812w' } },
      knobs: { desk: { driver: 'simulated', rotate: { zone: 'floor' }, press: { type: 'zone.toggle', zone: 'floor' } } },
    }),
    newHomeAssistant(),
  ]);
  pair = { house, home };
  tap = await Tap.open(house.port);
  afterwards(() => tap[Symbol.asyncDispose]());
  await home.addMqtt({ port: tap.port, protocol: '5' });
  await settled(pair);
  await home.settled();
  await takeHand();
  const page = await readFile(new URL('../../../docs/home-assistant.md', import.meta.url), 'utf8');
  [documented] = documentedSchema.parse(parse(/```yaml\n(automation:\n[\s\S]*?)```/.exec(page)?.[1] ?? '')).automation;
});
afterEach(() => isContent(pair));

async function takeHand(): Promise<void> {
  hand = await pair.house.connect('hand');
  broker = await MessageEar.open(hand, ['diuna/event/knob/#', 'diuna/zone/shelf/state']);
}

/** A gesture's work, done over and over. */
async function reset(): Promise<void> {
  const reply = await hand.ask({ type: 'zone.set', zone: 'shelf', state: 'ON', transition: 0, effect: 'off', ...before });
  expect(reply.ok).toBe(true);
  await until(() => isBefore(wire.frames.at(-1)?.bytes), 'the shelf to be as before');
  await lightIs(pair, 'shelf', { state: 'on', brightness: before.brightness, rgb_color: [0, 0, 255] });
}

const isBefore = (bytes: Buffer | undefined) => bytes?.subarray(SHELF_BYTE, SHELF_BYTE + 3).equals(Buffer.of(0, 0, before.brightness));

const commands = () => tap.passed.filter(({ topic }) => topic === COMMAND).length;

/** Moves the knob, and follows what comes of it. @param brightness that the automation gives the shelf. */
async function follow({ moves, told }: Gesture, brightness: number) {
  await reset();
  const from = { frames: wire.frames.length, passed: tap.passed.length, messages: broker.messages.length };
  const movedMs = performance.now();
  await hand.mqtt.publishAsync('diuna/knob/desk/simulate', moves, { qos: 1 });
  const event = await until(() => broker.on(`diuna/event/knob/desk/${told}`, from.messages)[0], `the knob to tell that it was ${told}`);
  const command = await tap.first(from.passed, COMMAND);
  const frame = await wire.first(from.frames, (bytes) => !isBefore(bytes), 'a frame of something else');
  await until(
    () => broker.on('diuna/zone/shelf/state', from.messages).some(({ payload }) => JSON.parse(payload).brightness === brightness),
    'its state',
  );
  return { all: frame.atMs - movedMs, event: frame.atMs - event.atMs, home: command.atMs - event.atMs, ours: frame.atMs - command.atMs };
}

type Body = { readonly alias: string } & Readonly<Record<string, unknown>>;

/** The automation is there now. @param needs filters that Home Assistant subscribes to for it. */
async function works(title: string, gesture: Gesture, body: Body, needs: readonly string[] = []): Promise<void> {
  const { home } = pair;
  const slug = body.alias.replaceAll(' ', '_');
  const subscribed = tap.subscribed.length;
  await home.automation(slug, { mode: 'single', ...body }); // as it is where nobody says which
  await until(() => needs.every((filter) => tap.subscribed.indexOf(filter, subscribed) >= 0), 'Home Assistant to subscribe');
  const earlier = commands();
  const followed: Awaited<ReturnType<typeof follow>>[] = [];
  for (let time = 0; time < TIMES; time += 1) followed.push(await follow(gesture, 40));
  await reset(); // which Home Assistant shows: what it had to say before, it has said
  await home.service('automation', 'turn_off', { entity_id: `automation.${slug}` });
  expect(commands() - earlier).toBe(TIMES);
  await print(title, [
    ['hand to frame', followed.map(({ all }) => all)],
    ["of it, the knob's event to the frame", followed.map(({ event }) => event)],
    ["  event to Home Assistant's command", followed.map(({ home }) => home)],
    ['  command to the frame', followed.map(({ ours }) => ours)],
  ]);
}

describe('by the event entity, as the page writes it', () => {
  it.each(gestures)('$event_type', async (gesture) => {
    const { event_type } = gesture;
    const conditions = documented.conditions.replace('double_press', event_type);
    const body = { ...documented, alias: `${event_type} by state`, conditions };
    await works(`A knob's ${event_type}, an automation of its event entity, and the first step of a fade`, gesture, body);
  });
});

describe("by the device's trigger", () => {
  it.each(gestures)('$type', async (gesture) => {
    const { home } = pair;
    const [device] = await home.devices();
    const listed = (await home.triggers(device?.id ?? '')).find(({ type, subtype }) => type === gesture.type && subtype === 'desk');
    expect(listed).toMatchObject({ platform: 'device', domain: 'mqtt', device_id: device?.id });
    const { type, subtype, device_id } = { device_id: undefined, ...listed };
    const body = {
      alias: `${type} by device`,
      triggers: [{ trigger: 'device', domain: 'mqtt', device_id, type, subtype }],
      actions: [{ action: 'light.turn_on', target: { entity_id: 'light.diuna_shelf' }, data: { brightness: 40 } }],
    };
    const needs = [`diuna/event/knob/desk/${gesture.told}`];
    await works(`A knob's ${gesture.event_type}, an automation of its device trigger, and the light`, gesture, body, needs);
  });
});

it('a restart of the daemon or of Home Assistant is no gesture', async () => {
  const { home, house } = pair;
  const [gesture] = gestures;
  await home.automation('after_restarts', { ...documented, alias: 'after restarts' });
  const event = async () => (await home.state('event.diuna_desk'))?.state;
  await follow(gesture, 40);
  await reset();
  const earlier = commands();
  const told = await event();

  await house.stop();
  await home.until(async () => (await event()) === 'unavailable', 'the knob to be gone');
  await house.start();
  await home.until(async () => (await event()) === told, 'the knob to be back', 60_000);
  await takeHand();
  await reset();
  await home.restart();
  await home.until(async () => (await event()) === told, 'the knob to be back', 60_000);
  await home.until(async () => (await home.state('automation.after_restarts'))?.state === 'on', 'the automation to be back');
  home.log.forget(); // it has said that nobody was there, as it should

  await follow(gesture, 40);
  await reset();
  expect(commands() - earlier).toBe(1);
});
