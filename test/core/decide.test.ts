import { describe, expect, it } from 'vitest';
import { accept, freshWorld, refuse, zoneIn } from '../support/deciding.ts';

function worldAfter(...commands: Record<string, unknown>[]) {
  return commands.reduce((world, command) => accept(world, command).world, freshWorld);
}

describe('zone.set', () => {
  it('turns a zone on with a colour and counts its version and seq', () => {
    const { events } = accept(freshWorld, { type: 'zone.set', zone: 'floor', color: '#ff8800' });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      seq: 1,
      version: 1,
      zone: 'floor',
      type: 'zone.state_changed',
      source: 'command',
      origin: 'phone',
      request_id: 'R1',
    });
    expect(events[0]?.payload.state).toMatchObject({ state: 'ON', color: { r: 255, g: 136, b: 0 }, color_mode: 'rgb', version: 1, seq: 1 });
    expect(events[0]?.payload.changed.sort()).toEqual(['color', 'colors', 'state']);
    expect(events[0]?.payload.previous).toMatchObject({ state: 'OFF', version: 0 });
  });

  it('publishes nothing when nothing changes', () => {
    const world = worldAfter({ type: 'zone.set', zone: 'floor', color: 'red', brightness: 10 });
    expect(accept(world, { type: 'zone.set', zone: 'floor', color: '#ff0000', brightness: 10, state: 'ON' }).events).toEqual([]);
  });

  it('takes brightness 0 as off and keeps the level for a bare ON', () => {
    const world = worldAfter({ type: 'zone.set', zone: 'floor', brightness: 77 }, { type: 'zone.set', zone: 'floor', brightness: 0 });
    expect(zoneIn(world, 'floor')).toMatchObject({ state: 'OFF', brightness: 77 });
    const on = accept(world, { type: 'zone.set_power', zone: 'floor', state: 'ON' }).world;
    expect(zoneIn(on, 'floor')).toMatchObject({ state: 'ON', brightness: 77 });
  });

  it('ends an effect for a colour, and starts an effect in a colour when both come', () => {
    const running = worldAfter({ type: 'zone.set', zone: 'floor', effect: 'rainbow' });
    expect(zoneIn(accept(running, { type: 'zone.set', zone: 'floor', color: 'red' }).world, 'floor').effect).toBe('off');
    const both = accept(running, { type: 'zone.set', zone: 'floor', color: 'red', effect: 'Fire_2012' }).world;
    expect(zoneIn(both, 'floor')).toMatchObject({ effect: 'fire-2012', color: { r: 255, g: 0, b: 0 } });
  });

  it('keeps the effect through off and on', () => {
    const world = worldAfter(
      { type: 'zone.set', zone: 'floor', effect: 'rainbow' },
      { type: 'zone.set_power', zone: 'floor', state: 'OFF' },
    );
    expect(zoneIn(accept(world, { type: 'zone.toggle', zone: 'floor' }).world, 'floor')).toMatchObject({ state: 'ON', effect: 'rainbow' });
  });

  it('finds effects and palettes by id, name or alias in any case, and names the nearest for a misspelt one', () => {
    expect(zoneIn(worldAfter({ type: 'zone.set', zone: 'floor', effect: 'color cycle', palette: 'PARTY' }), 'floor')).toMatchObject({
      effect: 'rainbow',
      palette: 'party',
    });
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', effect: 'rainbwo' })).toMatchObject({
      code: 'unknown_effect',
      path: 'effect',
      message: expect.stringContaining('rainbow'),
    });
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', effect: 'colour cycel' }).message).toContain('did you mean rainbow');
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', palette: 'prty' })).toMatchObject({
      code: 'unknown_palette',
      message: expect.stringContaining('party'),
    });
  });

  it('refuses white where the strip has none and takes it where it has', () => {
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', white: 10 }).code).toBe('unsupported');
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', color: '#01020304' })).toMatchObject({
      code: 'unsupported',
      path: 'color.w',
    });
    expect(zoneIn(worldAfter({ type: 'zone.set', zone: 'desk', color: '#01020304' }), 'desk')).toMatchObject({
      color_mode: 'rgbw',
      color: { r: 1, g: 2, b: 3, w: 4 },
    });
    expect(
      zoneIn(worldAfter({ type: 'zone.set', zone: 'desk', color: '#010203' }, { type: 'zone.set', zone: 'desk', white: 9 }), 'desk').color,
    ).toEqual({ r: 1, g: 2, b: 3, w: 9 });
  });

  it('changes between colour and colour temperature', () => {
    const warm = worldAfter({ type: 'zone.set', zone: 'floor', color_temp: 2700 });
    expect(zoneIn(warm, 'floor')).toMatchObject({ color_mode: 'color_temp', color_temp: 2700, state: 'ON' });
    const red = zoneIn(accept(warm, { type: 'zone.set_color', zone: 'floor', color: 'red' }).world, 'floor');
    expect(red.color_mode).toBe('rgb');
    expect(red).not.toHaveProperty('color_temp');
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'floor', color_temp: 2700, color: 'red' })).toMatchObject({
      code: 'invalid_command',
      path: 'color_temp',
    });
  });

  it('leaves a zone off when OFF is said beside other settings', () => {
    expect(zoneIn(worldAfter({ type: 'zone.set', zone: 'floor', state: 'OFF', color: 'blue', brightness: 3 }), 'floor')).toMatchObject({
      state: 'OFF',
      brightness: 3,
      color: { b: 255 },
    });
  });
});

describe('zone.adjust_brightness', () => {
  it('saturates and never turns a zone fully off unless allowed', () => {
    const dim = worldAfter({ type: 'zone.set_brightness', zone: 'floor', brightness: 5 });
    const by = (delta: number, allow_off = false) =>
      zoneIn(accept(dim, { type: 'zone.adjust_brightness', zone: 'floor', delta, allow_off }).world, 'floor');
    expect(by(255)).toMatchObject({ state: 'ON', brightness: 255 });
    expect(by(-200)).toMatchObject({ state: 'ON', brightness: 1 });
    expect(by(-200, true)).toMatchObject({ state: 'OFF', brightness: 5 });
  });

  it('brings a zone that is off up from the dark', () => {
    expect(zoneIn(worldAfter({ type: 'zone.adjust_brightness', zone: 'floor', delta: 8 }), 'floor')).toMatchObject({
      state: 'ON',
      brightness: 8,
    });
    expect(accept(freshWorld, { type: 'zone.adjust_brightness', zone: 'floor', delta: -8 }).events).toEqual([]);
  });
});

describe('all zones', () => {
  it('changes each that is not so yet, in one seq run', () => {
    const world = worldAfter({ type: 'zone.set_power', zone: 'shelf', state: 'ON' });
    const { events } = accept(world, { type: 'zone.set_power', zone: 'all', state: 'ON' });
    expect(events.map(({ zone, seq }) => [zone, seq])).toEqual([
      ['floor', 2],
      ['desk', 3],
    ]);
  });

  it('toggles off when any is on', () => {
    const world = worldAfter({ type: 'zone.set_power', zone: 'shelf', state: 'ON' });
    expect(accept(world, { type: 'zone.toggle', zone: 'all' }).events.map(({ zone }) => zone)).toEqual(['shelf']);
  });

  it('refuses the whole where one zone cannot', () => {
    expect(refuse(freshWorld, { type: 'zone.set', zone: 'all', white: 3 }).code).toBe('unsupported');
  });
});

describe('if_version', () => {
  it('lets one of two racing clients win', () => {
    const world = worldAfter({ type: 'zone.set_power', zone: 'floor', state: 'ON', if_version: 0 });
    expect(refuse(world, { type: 'zone.set_power', zone: 'floor', state: 'OFF', if_version: 0 })).toMatchObject({
      code: 'conflict',
      path: 'if_version',
    });
  });

  it('has no meaning for all zones', () => {
    expect(refuse(freshWorld, { type: 'zone.toggle', zone: 'all', if_version: 0 }).code).toBe('invalid_command');
  });
});

describe('batch', () => {
  it('is decided as one run, each command upon the one before', () => {
    const { events } = accept(freshWorld, {
      type: 'batch',
      commands: [
        { type: 'zone.set_brightness', zone: 'floor', brightness: 9 },
        { type: 'zone.adjust_brightness', zone: 'floor', delta: 1, if_version: 1 },
        { type: 'zone.set_power', zone: 'shelf', state: 'ON' },
      ],
    });
    expect(events.map(({ zone, seq, version }) => [zone, seq, version])).toEqual([
      ['floor', 1, 1],
      ['floor', 2, 2],
      ['shelf', 3, 1],
    ]);
  });

  it('is refused whole, with the place of the fault', () => {
    const commands = [
      { type: 'zone.toggle', zone: 'floor' },
      { type: 'zone.toggle', zone: 'flor' },
    ];
    expect(refuse(freshWorld, { type: 'batch', commands })).toMatchObject({
      code: 'unknown_zone',
      path: 'commands[1].zone',
      message: expect.stringContaining('floor'),
    });
  });
});

describe('history.undo', () => {
  it('goes back to what was before the last change, as a new event', () => {
    const world = worldAfter(
      { type: 'zone.set', zone: 'floor', color: 'red' },
      { type: 'zone.set', zone: 'floor', color: 'blue', effect: 'rainbow' },
    );
    const undone = accept(world, { type: 'history.undo', zone: 'floor' });
    expect(undone.events[0]).toMatchObject({ seq: 3, version: 3, payload: { state: { color: { r: 255, g: 0, b: 0 }, effect: 'off' } } });
  });

  it('is refused where nothing was changed yet', () => {
    expect(refuse(freshWorld, { type: 'history.undo', zone: 'floor' }).code).toBe('conflict');
  });
});

it('shows flash and identify without changing state', () => {
  const identify = accept(freshWorld, { type: 'system.identify', zone: 'floor' });
  expect(identify).toMatchObject({ events: [], overlays: [{ zone: 'floor', kind: 'identify' }] });
  const flash = accept(freshWorld, { type: 'zone.set', zone: 'shelf', flash: 2 });
  expect(flash).toMatchObject({ events: [], overlays: [{ zone: 'shelf', kind: 'flash', durationMs: 2000 }] });
});

it('takes the next effect in order, and the first after the last', () => {
  const world = worldAfter({ type: 'zone.start_effect', zone: 'floor', effect: 'fire' });
  expect(zoneIn(accept(world, { type: 'zone.next_effect', zone: 'floor' }).world, 'floor').effect).toBe('solid');
});

it('answers scenes, playlists and schedules as unsupported', () => {
  for (const command of [
    { type: 'scene.activate', scene: 'x' },
    { type: 'playlist.start', playlist: 'x' },
    { type: 'schedule.delete', schedule: 'x' },
  ]) {
    expect(refuse(freshWorld, command).code).toBe('unsupported');
  }
});

describe('zone.adjust_hue', () => {
  const turned = (color: string, delta: number) =>
    zoneIn(
      accept(worldAfter({ type: 'zone.set_color', zone: 'floor', color }), { type: 'zone.adjust_hue', zone: 'floor', delta }).world,
      'floor',
    ).color;

  it('turns the colour and keeps how pale and how dark it is', () => {
    expect([turned('#ff0000', 120), turned('#ff0000', -120), turned('#ff0000', 60)]).toEqual([
      { r: 0, g: 255, b: 0 },
      { r: 0, g: 0, b: 255 },
      { r: 255, g: 255, b: 0 },
    ]);
    expect(turned('#ff8080', 120)).toEqual({ r: 128, g: 255, b: 128 });
    expect(turned('#800000', 240)).toEqual({ r: 0, g: 0, b: 128 });
    expect(turned('#12ab34', 360)).toEqual({ r: 0x12, g: 0xab, b: 0x34 });
  });

  it('makes a full colour of what has none', () => {
    expect(turned('#ffffff', 120)).toEqual({ r: 0, g: 255, b: 0 });
    expect(turned('#000000', 0)).toEqual({ r: 255, g: 0, b: 0 });
  });

  it('comes to the same by many steps as by one', () => {
    for (const delta of [1, -1, 10, 7, -45]) {
      const steps = Array.from({ length: 360 }, () => ({ type: 'zone.adjust_hue', zone: 'floor', delta }));
      expect(zoneIn(worldAfter({ type: 'zone.set_color', zone: 'floor', color: '#ff0000' }, ...steps), 'floor').color).toEqual({
        r: 255,
        g: 0,
        b: 0,
      });
    }
  });

  it('is a colour: it lights the zone, ends an effect and a colour temperature, and leaves white as it is', () => {
    const running = worldAfter(
      { type: 'zone.set', zone: 'floor', effect: 'rainbow', color: 'red' },
      { type: 'zone.toggle', zone: 'floor' },
    );
    const adjusted = zoneIn(accept(running, { type: 'zone.adjust_hue', zone: 'floor', delta: 120 }).world, 'floor');
    expect(adjusted).toMatchObject({ state: 'ON', effect: 'off', color: { r: 0, g: 255, b: 0 }, colors: [{ r: 0, g: 255, b: 0 }] });
    const warm = worldAfter({ type: 'zone.set', zone: 'desk', color: '#ff000040' }, { type: 'zone.set', zone: 'desk', color_temp: 2700 });
    const desk = zoneIn(accept(warm, { type: 'zone.adjust_hue', zone: 'desk', delta: 120 }).world, 'desk');
    expect(desk).toMatchObject({ color_mode: 'rgbw', color: { r: 0, g: 255, b: 0, w: 0x40 } });
    expect(desk.color_temp).toBeUndefined();
  });

  it('turns each zone of all by itself, a full circle at most', () => {
    const world = worldAfter(
      { type: 'zone.set_color', zone: 'floor', color: 'red' },
      { type: 'zone.set_color', zone: 'shelf', color: 'lime' },
    );
    const all = accept(world, { type: 'zone.adjust_hue', zone: 'all', delta: 120 }).world;
    expect([zoneIn(all, 'floor').color.g, zoneIn(all, 'shelf').color.b]).toEqual([255, 255]);
    expect(refuse(world, { type: 'zone.adjust_hue', zone: 'floor', delta: 361 })).toMatchObject({ code: 'out_of_range', path: 'delta' });
  });
});

describe('zone.adjust_speed and zone.adjust_intensity', () => {
  it('move what effects use within its range, and light nothing', () => {
    for (const field of ['speed', 'intensity'] as const) {
      const by = (delta: number) => zoneIn(accept(freshWorld, { type: `zone.adjust_${field}`, zone: 'floor', delta }).world, 'floor');
      expect([by(8)[field], by(-255)[field], by(255)[field]]).toEqual([136, 0, 255]);
      expect(by(8).state).toBe('OFF');
    }
  });
});
