/**
 * What a person sees of us on Home Assistant's own pages: all of it, by names that can be read, and no complaint in the browser.
 * `DIUNA_HA_PICTURES=docs/home-assistant` draws the pictures of the documentation anew.
 */
import { join } from 'node:path';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { afterwards } from '../../support/afterwards.ts';
import { isContent, lightIs, type Pair, settled, turnOn } from '../behaviour/pair.ts';
import { type Cut, HomeAssistantPage } from '../browser/page.ts';
import { House, newHomeAssistant } from '../stage.ts';

const { DIUNA_HA_PICTURES: pictures } = process.env;
/** Two columns, down to the last sensor. */
const DEVICE = { width: 900, height: 1670 };
/** So wide that the dialog does not fill it, and so high that the menu opens below what opens it. */
const LIGHT = { width: 900, height: 1640 };
const DIALOG: Cut = { x: 160, y: 40, width: 580, height: 1180 };

let pair: Pair;
let page: HomeAssistantPage;

beforeAll(async () => {
  const sections = {
    strips: { main: { length: 30 } },
    zones: { floor: { name: 'Floor', strip: 'main', range: [0, 9] }, shelf: { name: 'Shelf', strip: 'main', range: [10, 29] } },
    knobs: { dial: { driver: 'simulated', zone: 'floor' } },
  };
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  pair = { house, home };
  await home.addMqtt({ port: house.port });
  await settled(pair);
  await home.settled();
  await turnOn(pair, 'floor', { rgb_color: [255, 120, 0], brightness: 200, effect: 'aurora' });
  await lightIs(pair, 'floor', { effect: 'aurora' });
  const hand = await house.connect('hand');
  await hand.mqtt.publishAsync('diuna/knob/dial/simulate', '+1', { qos: 1 });
  await home.until(async () => (await home.state('event.diuna_dial'))?.attributes['event_type'] === 'rotated_right', 'the event');
  page = await HomeAssistantPage.open(home, inject('homeAssistant').folder);
  afterwards(() => page[Symbol.asyncDispose]());
});

afterEach(async () => {
  expect(page.errors.filter((error) => /diuna/i.test(error))).toEqual([]);
  await isContent(pair);
});

/** For the documentation: not the frame rate of the first seconds. */
async function lookingItsBest(): Promise<void> {
  if (pictures === undefined) return;
  const rate = async () => Number((await pair.home.state('sensor.diuna_fps'))?.state);
  await pair.home.until(async () => (await rate()) > 57, 'a steady frame rate', 60_000);
}

async function draw(name: string, cut?: Cut): Promise<void> {
  if (pictures !== undefined) await page.picture(join(pictures, `${name}.png`), cut);
}

it('the page of the device shows its lights, its knob, its settings and how it is', async () => {
  const [device] = await pair.home.devices();
  const settings = ['Floor palette', 'Floor speed', 'Floor intensity', 'Floor undo', 'Floor identify'];
  const sensors = ['Frame rate', 'Current', 'Started', 'Command latency (p99)', 'Connected clients', 'Strip Main'];
  await page.show(`/config/devices/device/${device?.id}`, DEVICE, ['Diuna', 'Floor', 'Shelf', 'All', 'Dial', ...settings, ...sensors]);
  await lookingItsBest();
  await draw('device');
  expect(await page.read()).not.toMatch(/^(Unknown|Unavailable)$/m);
});

it('the dialog of a light offers its effects, and one of them can be chosen', async () => {
  const { attributes } = await lightIs(pair, 'floor', {});
  const effects = Array.isArray(attributes['effect_list']) ? attributes['effect_list'].map(String) : [];
  expect(effects).toEqual(expect.arrayContaining(['off', 'rainbow', 'aurora']));
  await page.show('/light', LIGHT, ['Diuna Floor', 'Diuna Shelf', 'Diuna All']);
  await page.moreInfo('light.diuna_floor');
  await page.reads(['Effect', 'aurora', ...effects.filter((effect) => effect !== 'off')]);
  await page.click('ha-control-select-menu');
  await page.drawn('ha-dropdown-item');
  await draw('light', DIALOG);
  await page.click('ha-dropdown-item'); // the first one: Off
  await lightIs(pair, 'floor', { state: 'on', effect: 'off' });
});
