/** Protocol §3: what changes one zone. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { plainZone, stage } from './stage.ts';

const house = stage();
let phone: TestClient;

beforeEach(async () => {
  phone = await house.client('phone');
});

function prepare(zone: string, more: Readonly<Record<string, unknown>> = {}) {
  return phone.ask(plainZone(zone, more));
}

describe('zone.set', () => {
  it('takes any of its fields, and all of them at once', async () => {
    await prepare('desk');
    const all = {
      state: 'ON',
      brightness: 77,
      color: { r: 1, g: 2, b: 3, w: 4 },
      effect: 'rainbow',
      palette: 'party',
      speed: 10,
      intensity: 20,
      colors: ['#010203', 'red', { r: 9, g: 8, b: 7, w: 6 }],
      reverse: true,
      mirror: true,
      transition: 0.05,
      flash: 0.5,
    };
    expect(await phone.ask({ type: 'zone.set', zone: 'desk', ...all })).toMatchObject({
      ok: true,
      changed: true,
      state: {
        state: 'ON',
        brightness: 77,
        color_mode: 'rgbw',
        color: { r: 1, g: 2, b: 3, w: 4 },
        effect: 'rainbow',
        palette: 'party',
        speed: 10,
        intensity: 20,
        reverse: true,
        mirror: true,
      },
    });
  });

  it.each([
    [{ state: 'OFF' }, { state: 'OFF' }],
    [{ brightness: 3 }, { state: 'ON', brightness: 3 }],
    [{ color: 'tomato' }, { color: { r: 255, g: 99, b: 71 }, color_mode: 'rgb' }],
    [{ color_temp: 2700 }, { color_mode: 'color_temp', color_temp: 2700 }],
    [{ effect: 'Rainbow' }, { effect: 'rainbow' }],
    [{ palette: 'Party' }, { palette: 'party' }],
    [{ speed: 0 }, { speed: 0 }],
    [{ intensity: 255 }, { intensity: 255 }],
    [{ colors: ['#ff0000', '#00ff00'] }, { color: { r: 255, g: 0, b: 0 } }],
    [{ reverse: true }, { reverse: true }],
    [{ mirror: true }, { mirror: true }],
  ])('takes %j alone', async (given, expected) => {
    await prepare('floor');
    expect(await phone.ask({ type: 'zone.set', zone: 'floor', ...given })).toMatchObject({ ok: true, changed: true, state: expected });
  });

  it('with a transition or a flash alone changes nothing', async () => {
    await prepare('floor');
    expect(await phone.ask({ type: 'zone.set', zone: 'floor', transition: 0.25 })).toMatchObject({ ok: true, changed: false });
    expect(await phone.ask({ type: 'zone.set', zone: 'floor', flash: 0.1 })).toMatchObject({ ok: true, changed: false });
  });

  it('takes white on a zone that has it', async () => {
    await prepare('desk');
    const reply = await phone.ask({ type: 'zone.set', zone: 'desk', white: 200 });
    expect(reply).toMatchObject({ ok: true, state: { color_mode: 'rgbw', color: { r: 0, g: 0, b: 0, w: 200 } } });
  });
});

describe('power', () => {
  it('zone.set_power and zone.toggle', async () => {
    await prepare('floor');
    const ask = (body: Record<string, unknown>) => phone.ask({ zone: 'floor', ...body });
    expect(await ask({ type: 'zone.set_power', state: 'OFF' })).toMatchObject({ ok: true, state: { state: 'OFF', brightness: 100 } });
    expect(await ask({ type: 'zone.set_power', state: 'ON', transition: 0.01 })).toMatchObject({ state: { state: 'ON', brightness: 100 } });
    expect(await ask({ type: 'zone.toggle' })).toMatchObject({ ok: true, state: { state: 'OFF' } });
    expect(await ask({ type: 'zone.toggle' })).toMatchObject({ ok: true, state: { state: 'ON' } });
  });
});

describe('zone.set_color', () => {
  it.each([
    ['#0a141e', { r: 10, g: 20, b: 30 }],
    ['#0A141E', { r: 10, g: 20, b: 30 }],
    ['rebeccapurple', { r: 102, g: 51, b: 153 }],
    ['RED', { r: 255, g: 0, b: 0 }],
    [
      { r: 7, g: 8, b: 9 },
      { r: 7, g: 8, b: 9 },
    ],
    [
      { h: 120, s: 100 },
      { r: 0, g: 255, b: 0 },
    ],
    [
      { h: 240, s: 50.5 },
      { r: 126, g: 126, b: 255 },
    ],
  ])('takes %j', async (color, expected) => {
    await prepare('shelf');
    expect(await phone.ask({ type: 'zone.set_color', zone: 'shelf', color })).toMatchObject({ ok: true, state: { color: expected } });
  });

  it.each(['#0a141e28', { r: 10, g: 20, b: 30, w: 40 }])('takes %j with white', async (color) => {
    await prepare('desk');
    const reply = await phone.ask({ type: 'zone.set_color', zone: 'desk', color });
    expect(reply).toMatchObject({ ok: true, state: { color: { r: 10, g: 20, b: 30, w: 40 } } });
  });

  it.each(['#0a141e28', { r: 10, g: 20, b: 30, w: 40 }])('refuses %j where there is no white', async (color) => {
    const reply = await phone.ask({ type: 'zone.set_color', zone: 'floor', color });
    expect(reply).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });
});

describe('brightness', () => {
  it('zone.set_brightness sets a level, and 0 is off and keeps the level', async () => {
    await prepare('floor');
    const set = (brightness: number) => phone.ask({ type: 'zone.set_brightness', zone: 'floor', brightness });
    expect(await set(42)).toMatchObject({ state: { state: 'ON', brightness: 42 } });
    expect(await set(0)).toMatchObject({ state: { state: 'OFF', brightness: 42 } });
  });

  it('zone.adjust_brightness saturates, and turns off only where it may', async () => {
    await prepare('floor');
    const adjust = (delta: number, more = {}) => phone.ask({ type: 'zone.adjust_brightness', zone: 'floor', delta, ...more });
    expect(await adjust(20)).toMatchObject({ state: { brightness: 120 } });
    expect(await adjust(255)).toMatchObject({ state: { brightness: 255 } });
    expect(await adjust(-255)).toMatchObject({ state: { state: 'ON', brightness: 1 } });
    expect(await adjust(-255)).toMatchObject({ changed: false, state: { state: 'ON', brightness: 1 } });
    expect(await adjust(-1, { allow_off: true })).toMatchObject({ changed: true, state: { state: 'OFF' } });
    expect(await adjust(256)).toMatchObject({ ok: false, error: { code: 'out_of_range', path: 'delta' } });
  });
});

describe('effects', () => {
  it('zone.start_effect takes an effect by its id, name or alias, with its parameters', async () => {
    await prepare('floor');
    const start = (body: Record<string, unknown>) => phone.ask({ type: 'zone.start_effect', zone: 'floor', ...body });
    expect(await start({ effect: 'fire-2012', speed: 9, intensity: 8, palette: 'party' })).toMatchObject({
      ok: true,
      state: { state: 'ON', effect: 'fire-2012', speed: 9, intensity: 8, palette: 'party' },
    });
    expect(await start({ effect: 'RAINBOW' })).toMatchObject({ ok: true, state: { effect: 'rainbow', speed: 9 } });
    expect(await start({ effect: 'breathe', color: '#112233' })).toMatchObject({
      ok: true,
      state: { effect: 'breathe', color: { r: 0x11, g: 0x22, b: 0x33 } },
    });
  });

  it('every effect and every palette that diuna/info names can be started', async () => {
    const watcher = await house.listener('watcher', 'diuna/info');
    const info = JSON.parse((await until(() => watcher.on('diuna/info')[0], 'the info')).payload);
    const effects: string[] = info.effects.flatMap(({ id, name, aliases }: { id: string; name: string; aliases: string[] }) => [
      id,
      name,
      ...aliases,
    ]);
    for (const effect of effects) expect(await phone.ask({ type: 'zone.start_effect', zone: 'floor', effect })).toMatchObject({ ok: true });
    for (const { id } of info.palettes) {
      expect(await phone.ask({ type: 'zone.set', zone: 'floor', palette: id })).toMatchObject({ ok: true, state: { palette: id } });
    }
  });

  it('zone.next_effect goes round, zone.stop_effect ends it', async () => {
    await prepare('floor');
    const seen = new Set<unknown>();
    for (;;) {
      const reply = await phone.ask({ type: 'zone.next_effect', zone: 'floor' });
      const effect = reply.state?.['effect'];
      if (seen.has(effect)) break;
      seen.add(effect);
    }
    expect(seen.size).toBeGreaterThanOrEqual(5);
    expect(await phone.ask({ type: 'zone.stop_effect', zone: 'floor' })).toMatchObject({ ok: true, state: { effect: 'off' } });
    expect(await phone.ask({ type: 'zone.stop_effect', zone: 'floor' })).toMatchObject({ ok: true, changed: false });
  });
});

describe('history.undo', () => {
  it('takes a zone back to what it was before its last change, as a new event', async () => {
    await prepare('shelf', { color: '#00ff00' });
    const changed = await phone.ask({ type: 'zone.set', zone: 'shelf', color: '#0000ff', effect: 'rainbow' });
    const undone = await phone.ask({ type: 'history.undo', zone: 'shelf' });
    expect(undone).toMatchObject({
      ok: true,
      changed: true,
      version: Number(changed.version) + 1,
      state: { effect: 'off', color: { r: 0, g: 255, b: 0 }, origin: 'phone' },
    });
    expect(await phone.ask({ type: 'history.undo', zone: 'shelf' })).toMatchObject({ ok: true, state: { effect: 'rainbow' } });
  });
});
