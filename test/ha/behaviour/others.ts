/** What else of a zone, a knob and the daemon is there in Home Assistant, and does what it says. */
import { expect, it } from 'vitest';
import { lightIs, type Pair, turnOn } from './pair.ts';

const gestures = ['button_double_press', 'button_long_press', 'button_short_press', 'rotated_left', 'rotated_right'];

/** @param pair is asked in each case. */
export function othersBehave(pair: () => Pair): void {
  const value = async (entity: string) => (await pair().home.state(entity))?.state ?? null;
  const becomes = (entity: string, wanted: string) =>
    pair().home.until(async () => (await value(entity)) === wanted, `${entity} to be ${wanted}`);

  it('all that is announced is there, available, and belongs to one device', async () => {
    const { home } = pair();
    const [device, ...others] = await home.devices();
    expect(others).toEqual([]);
    expect(device).toMatchObject({ name: 'Diuna', identifiers: [['mqtt', 'diuna_diuna']] });
    const entities = await home.entities();
    expect(new Set(entities.map(({ device_id }) => device_id))).toEqual(new Set([device?.id]));
    const states = new Map((await home.states()).map(({ entity_id, state }) => [entity_id, state]));
    expect(entities.filter(({ entity_id }) => (states.get(entity_id) ?? 'unavailable') === 'unavailable')).toEqual([]);
    // of each of 3 zones 6, of a group and all 1, an event, 2 strips, power limited, and the sensors that this machine has
    expect(entities.length).toBeGreaterThanOrEqual(3 * 6 + 2 + 1 + 2 + 1 + 4);
    const triggers = (await home.triggers(device?.id ?? '')).filter(({ subtype }) => subtype === 'dial');
    expect(triggers.map(({ type }) => type).sort()).toEqual(gestures);
  });

  it('palette, speed and intensity are chosen and come back', async () => {
    const { home } = pair();
    await home.service('select', 'select_option', { entity_id: 'select.diuna_floor_palette', option: 'ocean' });
    await becomes('select.diuna_floor_palette', 'ocean');
    for (const field of ['speed', 'intensity']) {
      for (const wanted of [0, 200, 255]) {
        await home.service('number', 'set_value', { entity_id: `number.diuna_floor_${field}`, value: wanted });
        await becomes(`number.diuna_floor_${field}`, String(wanted));
      }
    }
  });

  it('undo takes back the last change, identify none', async () => {
    const { home } = pair();
    await turnOn(pair(), 'floor', { brightness: 30 });
    await turnOn(pair(), 'floor', { brightness: 31 });
    await lightIs(pair(), 'floor', { brightness: 31 });
    await home.service('button', 'press', { entity_id: 'button.diuna_floor_identify' });
    await home.service('button', 'press', { entity_id: 'button.diuna_floor_undo' });
    await lightIs(pair(), 'floor', { brightness: 30 });
  });

  it('a knob that is turned moves the slider, and is told as an event with its detents', async () => {
    const { home, house } = pair();
    const hand = await house.connect(`hand-${process.pid}`);
    await turnOn(pair(), 'floor', { brightness: 100 });
    await lightIs(pair(), 'floor', { brightness: 100 });
    await hand.mqtt.publishAsync('diuna/knob/dial/simulate', '+1', { qos: 1 });
    await lightIs(pair(), 'floor', { brightness: 108 });
    const told = await home.until(async () => {
      const state = await home.state('event.diuna_dial');
      return state?.attributes['event_type'] === 'rotated_right' ? state : null;
    }, 'the event');
    expect(told.attributes).toMatchObject({ detents: 1, held: false });
    for (const [moves, event_type] of [
      ['-1', 'rotated_left'],
      ['press', 'press'],
      ['double_press', 'double_press'],
      ['long_press', 'long_press'],
    ]) {
      await hand.mqtt.publishAsync('diuna/knob/dial/simulate', moves ?? '', { qos: 1 });
      await home.until(async () => (await home.state('event.diuna_dial'))?.attributes['event_type'] === event_type, `${event_type}`);
    }
  });

  it('the daemon tells how it is', async () => {
    const sensors = (await pair().home.states()).filter(({ entity_id }) => /^(binary_)?sensor\.diuna_/.test(entity_id));
    const known = sensors.map(({ entity_id, state }) => [entity_id.split('.diuna_')[1], state]);
    expect(Object.fromEntries(known)).toMatchObject({ strip_main: 'off', strip_white: 'off', system_power: 'off' });
    expect(Number.isNaN(Date.parse(Object.fromEntries(known)['started']))).toBe(false);
    expect(known.filter(([, state]) => state === 'unavailable')).toEqual([]);
  });

  it('an automation that writes back what it reads comes to rest', async () => {
    const { home, house } = pair();
    await home.automation('echo', {
      triggers: [{ trigger: 'state', entity_id: 'light.diuna_shelf' }],
      actions: [
        {
          action: 'light.turn_on',
          target: { entity_id: 'light.diuna_shelf' },
          data: { brightness: '{{ trigger.to_state.attributes.brightness }}' },
        },
      ],
    });
    const watcher = await house.connect(`loop-${process.pid}`);
    await watcher.mqtt.subscribeAsync(['diuna/event/zone/shelf/#', 'diuna/zone/shelf/set'], { qos: 1 });
    for (const brightness of [11, 22, 33]) {
      await turnOn(pair(), 'shelf', { brightness, effect: 'off' });
      await lightIs(pair(), 'shelf', { brightness });
    }
    const commands = () => watcher.on('diuna/zone/shelf/set').length;
    await home.until(async () => commands() >= 6, 'the automation to have answered each');
    await home.service('automation', 'turn_off', { entity_id: 'automation.echo' });
    await becomes('automation.echo', 'off');
    const changes = watcher.on('diuna/event/zone/shelf/state_changed').map(({ payload }) => JSON.parse(payload).payload.state.brightness);
    expect(changes).toEqual([11, 22, 33]);
    expect(commands()).toBe(6);
  });
}
