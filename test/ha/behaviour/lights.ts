/** What a person does with lights in Home Assistant, and what comes of it. */
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { lightIs, type Pair, publishedStates, turnOff, turnOn } from './pair.ts';

/** @param pair is asked in each case. */
export function lightsBehave(pair: () => Pair): void {
  it('every brightness from 1 to 255 comes back as it was sent', async () => {
    await turnOn(pair(), 'floor', { rgb_color: [255, 255, 255] });
    for (let brightness = 1; brightness <= 255; brightness += 1) {
      await turnOn(pair(), 'floor', { brightness });
      await lightIs(pair(), 'floor', { state: 'on', brightness });
    }
  });

  it.each([
    [255, 0, 0],
    [1, 2, 3],
    [254, 253, 252],
    [0, 0, 1],
  ])('the colour %i, %i, %i comes back as it was sent', async (...rgb_color) => {
    await turnOn(pair(), 'floor', { rgb_color });
    await lightIs(pair(), 'floor', { state: 'on', color_mode: 'rgb', rgb_color });
  });

  it('white of its own comes back as it was sent', async () => {
    await turnOn(pair(), 'desk', { rgbw_color: [10, 20, 30, 200] });
    await lightIs(pair(), 'desk', { state: 'on', color_mode: 'rgbw', rgbw_color: [10, 20, 30, 200] });
  });

  it.each([1500, 2700, 6535, 9000])('%i K come back as they were sent', async (color_temp_kelvin) => {
    await turnOn(pair(), 'floor', { color_temp_kelvin });
    await lightIs(pair(), 'floor', { state: 'on', color_mode: 'color_temp', color_temp_kelvin });
  });

  it('on alone brings back brightness, colour and effect', async () => {
    await turnOn(pair(), 'floor', { brightness: 77, rgb_color: [10, 200, 30] });
    await turnOn(pair(), 'floor', { effect: 'rainbow' });
    const lit = { state: 'on', brightness: 77, rgb_color: [10, 200, 30], effect: 'rainbow' };
    await lightIs(pair(), 'floor', lit);
    await turnOff(pair(), 'floor');
    await lightIs(pair(), 'floor', { state: 'off' });
    await turnOn(pair(), 'floor');
    await lightIs(pair(), 'floor', lit);
  });

  it('a colour ends an effect, and an effect comes after a colour', async () => {
    await turnOn(pair(), 'shelf', { effect: 'chase' });
    await lightIs(pair(), 'shelf', { state: 'on', effect: 'chase' });
    await turnOn(pair(), 'shelf', { rgb_color: [0, 0, 255] });
    await lightIs(pair(), 'shelf', { effect: 'off', rgb_color: [0, 0, 255] });
    await turnOn(pair(), 'shelf', { effect: 'aurora' });
    await lightIs(pair(), 'shelf', { effect: 'aurora' });
    await turnOn(pair(), 'shelf', { effect: 'off' });
    await lightIs(pair(), 'shelf', { state: 'on', effect: 'off' });
  });

  it('every effect of the list can be chosen', async () => {
    const { attributes } = await lightIs(pair(), 'shelf', {});
    const list = attributes['effect_list'];
    expect(list).toEqual(expect.arrayContaining(['off', 'rainbow']));
    for (const effect of Array.isArray(list) ? list : []) {
      await turnOn(pair(), 'shelf', { effect });
      await lightIs(pair(), 'shelf', { state: 'on', effect });
    }
  });

  it('a transition tells where it goes and nothing in between', async () => {
    const { home } = pair();
    await turnOn(pair(), 'floor', { brightness: 10, effect: 'off' });
    await lightIs(pair(), 'floor', { brightness: 10 });
    const heard = await home.watch();
    await turnOn(pair(), 'floor', { brightness: 240, transition: 2 });
    await turnOn(pair(), 'shelf', { brightness: 99 });
    await lightIs(pair(), 'shelf', { brightness: 99 });
    await turnOn(pair(), 'floor', { brightness: 241 });
    await lightIs(pair(), 'floor', { brightness: 241 });
    const seen = () =>
      heard
        .filter(({ event }) => event.data.entity_id === 'light.diuna_floor')
        .map(({ event }) => event.data.new_state?.attributes['brightness']);
    await home.until(async () => seen().at(-1) === 241, 'the last change');
    expect(seen()).toEqual([240, 241]);
  });

  it('a command comes back once', async () => {
    const { house } = pair();
    const watcher = await house.connect(`once-${process.pid}`);
    await watcher.mqtt.subscribeAsync(['diuna/zone/floor/state', 'diuna/event/zone/floor/#'], { qos: 1 });
    await until(() => watcher.state('floor'), 'what stands there');
    const before = publishedStates(watcher, 'floor').length;
    const home = await pair().home.watch();
    await turnOn(pair(), 'floor', { brightness: 123, rgb_color: [9, 8, 7] });
    await lightIs(pair(), 'floor', { brightness: 123, rgb_color: [9, 8, 7] });
    await turnOn(pair(), 'floor', { brightness: 124 });
    await lightIs(pair(), 'floor', { brightness: 124 });
    expect(publishedStates(watcher, 'floor', before).map(({ brightness }) => brightness)).toEqual([123, 124]);
    expect(watcher.on('diuna/event/zone/floor/state_changed')).toHaveLength(2);
    await turnOn(pair(), 'floor', { brightness: 125 });
    const seen = () => home.filter(({ event }) => event.data.entity_id === 'light.diuna_floor');
    await pair().home.until(async () => seen().at(-1)?.event.data.new_state?.attributes['brightness'] === 125, 'the last one');
    expect(seen()).toHaveLength(3);
  });

  it('on, followed at once by a brightness, loses neither', async () => {
    await turnOff(pair(), 'floor');
    await lightIs(pair(), 'floor', { state: 'off' });
    await Promise.all([turnOn(pair(), 'floor'), turnOn(pair(), 'floor', { brightness: 55 })]);
    await lightIs(pair(), 'floor', { state: 'on', brightness: 55 });
  });

  it('flash blinks and changes nothing', async () => {
    await turnOn(pair(), 'floor', { brightness: 60 });
    await lightIs(pair(), 'floor', { brightness: 60 });
    const { last_updated } = await lightIs(pair(), 'floor', {});
    await turnOn(pair(), 'floor', { flash: 'short' });
    await turnOn(pair(), 'shelf', { brightness: 61 });
    await lightIs(pair(), 'shelf', { brightness: 61 });
    expect((await lightIs(pair(), 'floor', { state: 'on', brightness: 60 })).last_updated).toBe(last_updated);
  });

  it('a group and all take their zones with them', async () => {
    await turnOn(pair(), 'seats', { brightness: 42, rgb_color: [255, 0, 0] });
    for (const zone of ['floor', 'seats']) await lightIs(pair(), zone, { state: 'on', brightness: 42, rgb_color: [255, 0, 0] });
    await lightIs(pair(), 'desk', { state: 'on', brightness: 42, rgbw_color: [255, 0, 0, 0] });
    await turnOff(pair(), 'all');
    for (const zone of ['floor', 'desk', 'shelf', 'seats', 'all']) await lightIs(pair(), zone, { state: 'off' });
  });

  it('a group and all follow their zones, and stay where they are put also where those differ', async () => {
    await turnOff(pair(), 'all');
    await turnOn(pair(), 'floor', { brightness: 100, rgb_color: [0, 255, 0] });
    await lightIs(pair(), 'seats', { state: 'on', brightness: 100, rgb_color: [0, 255, 0] });
    await turnOn(pair(), 'shelf', { brightness: 50, rgb_color: [0, 0, 255], effect: 'off' });
    await lightIs(pair(), 'all', { state: 'on', brightness: 75 });
    for (const brightness of [1, 128, 255]) {
      await turnOn(pair(), 'all', { brightness });
      await lightIs(pair(), 'all', { state: 'on', brightness });
    }
  });
}
