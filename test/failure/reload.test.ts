/** `SIGHUP`: the config is taken anew while the daemon runs; a bad one changes nothing. */
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { freePort } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Launched, launch, launchRunning } from './support/launched.ts';
import { connect, events, makeStage, makeStrip, talkative, watch } from './support/stage.ts';

async function reload(daemon: Launched): Promise<void> {
  const before = daemon.logged('config reloaded').length;
  daemon.signal('SIGHUP');
  await until(() => daemon.logged('config reloaded').length > before, 'the reload');
}

function info(watcher: TestClient): { zones: Record<string, { name: string }> } {
  return JSON.parse(watcher.on('diuna/info').at(-1)?.payload ?? '{"zones":{}}');
}

describe('SIGHUP', () => {
  it('takes names and zones anew, tells them, and keeps the state of the zones that stay', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    await watcher.ask({ type: 'zone.set_color', zone: 'floor', color: '#00ff00' });
    await watcher.ask({ type: 'zone.set_color', zone: 'shelf', color: '#0000ff' });
    await home.configure({
      ...talkative,
      zones: { floor: { name: 'The floor', strip: 'main', range: [0, 4] }, hall: { strip: 'main', range: [5, 29] } },
    });
    await reload(daemon);
    await until(() => Object.keys(info(watcher).zones).join() === 'floor,hall', 'the new zones');
    expect(info(watcher).zones['floor']?.name).toBe('The floor');
    await until(() => watcher.state('hall'), 'the state of the new zone');
    await until(() => watcher.on('diuna/zone/shelf/state').at(-1)?.payload === '', 'the state of the zone that left to be cleared');
    expect(await watcher.ask({ type: 'state.get' })).toMatchObject({
      state: { zones: { floor: { color: { r: 0, g: 255, b: 0 }, version: 1 } } },
    });
    expect(await watcher.ask({ type: 'zone.toggle', zone: 'hall' })).toMatchObject({ ok: true, version: 1 });
    expect(await watcher.ask({ type: 'zone.toggle', zone: 'shelf' })).toMatchObject({ ok: false, error: { code: 'unknown_zone' } });
    await home.configure(talkative);
    await reload(daemon);
    expect(await watcher.ask({ type: 'state.get' })).toMatchObject({
      state: { zones: { shelf: { color: { r: 0, g: 0, b: 255 }, version: 1 } } },
    });
  });

  it('lights the strips by the new layout', async () => {
    const [home, strip] = [await makeStage(), await makeStrip()];
    await strip.attach(home);
    const daemon = await launchRunning(home);
    const phone = await connect(home, 'phone');
    await phone.ask({ type: 'zone.set_color', zone: 'floor', color: '#ff0000' });
    await strip.shows('#ff0000');
    await home.configure(strip.sections({ zones: { floor: { strip: 'main', range: [1, 5] } } }));
    await reload(daemon);
    await strip.shows('#000000');
  });

  it('switches the echo of events on and off', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const phone = await watch(home, 'phone');
    const other = await watch(home, 'other');
    const heard = (client: TestClient) => client.on('diuna/event/zone/floor/state_changed').map(({ payload }) => JSON.parse(payload).seq);
    const toggle = async () => {
      const before = heard(other).length;
      await phone.ask({ type: 'zone.toggle', zone: 'floor' });
      await until(() => heard(other).length > before, 'the event');
    };
    const mqtt = { listen: [`127.0.0.1:${home.port}`] };
    await toggle();
    await home.configure({ mqtt: { ...mqtt, echo_events: true } });
    await reload(daemon);
    await toggle();
    await until(() => heard(phone).length === 1, 'the echo');
    await home.configure({ mqtt: { ...mqtt, echo_events: false } });
    await reload(daemon);
    await toggle();
    await phone.ask({ type: 'system.ping' });
    expect(heard(phone)).toEqual([2]);
  });

  it('of a bad file tells every mistake with its line and changes nothing', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    await home.configure({
      renderer: { fps: 0, gamma: 'much' },
      zones: { floor: { name: 'New', strip: 'main', range: [0, 99] }, shelf: { strip: 'nowhere', range: [0, 3] } },
      sounds: {},
    });
    daemon.signal('SIGHUP');
    const [rejected] = await until(() => {
      const told = events(watcher, 'system.config_rejected');
      return told.length > 0 && told;
    }, 'the event');
    const mistakes = rejected?.['mistakes'];
    expect(rejected).toMatchObject({ file: home.configPath });
    const at = (path: string) => expect.objectContaining({ path, line: expect.any(Number), message: expect.any(String) });
    const paths = ['renderer.fps', 'renderer.gamma', 'zones.floor.range', 'zones.shelf.strip', 'sounds'];
    expect(mistakes).toHaveLength(paths.length);
    expect(mistakes).toEqual(expect.arrayContaining(paths.map(at)));
    await until(() => daemon.logged('system.config_rejected').length > 0, 'the log'); // by another way than the event
    expect(daemon.logged('system.config_rejected')).toEqual([expect.objectContaining({ level: 'warn', mistakes })]);
    expect(info(watcher).zones['floor']?.name).not.toBe('New');
    expect(await watcher.ask({ type: 'zone.toggle', zone: 'shelf', ack: 'rendered' })).toMatchObject({ ok: true });
    await home.configure({ ...talkative, renderer: { transition: 1 } });
    await reload(daemon);
  });

  it('of a file that is gone, no YAML, or a folder tells so and changes nothing', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    const spoil = [
      () => rm(home.configPath),
      () => writeFile(home.configPath, 'zones: [unclosed'),
      () => writeFile(home.configPath, Buffer.from([0xff, 0xfe, 0x00])),
      () => writeFile(home.configPath, ''),
    ];
    for (const [index, action] of spoil.entries()) {
      await action();
      daemon.signal('SIGHUP');
      await until(() => events(watcher, 'system.config_rejected').length === index + 1, 'the event');
      expect(await watcher.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: index + 1 });
    }
  });

  it('names in the log what waits for a restart, and goes on where it was', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const other = await freePort();
    await home.configure({ mqtt: { listen: [`127.0.0.1:${other}`], base_topic: 'other' }, store: { path: './elsewhere' } });
    await reload(daemon);
    const [line] = daemon.logged('these settings change at the next start');
    expect(line).toMatchObject({ level: 'warn', waiting: ['mqtt.base_topic', 'mqtt.listen', 'store.path'] });
    const phone = await connect(home, 'phone');
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
    await expect(TestClient.connect(other, 'phone')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('many times in a row and under load leaves the last config standing', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    for (let round = 1; round <= 20; round += 1) {
      await home.configure({ ...talkative, zones: { floor: { name: `Floor ${round}`, strip: 'main', range: [0, 9] } } });
      daemon.signal('SIGHUP');
      expect(await watcher.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: round });
    }
    await until(() => info(watcher).zones['floor']?.name === 'Floor 20', 'the last config');
    await watcher.ask({ type: 'system.ping' });
    expect(info(watcher).zones['floor']?.name).toBe('Floor 20');
  });

  it('while the daemon starts does not end it', async () => {
    const home = await makeStage();
    const daemon = launch(home);
    await daemon.starting();
    daemon.signal('SIGHUP');
    await daemon.running();
    const phone = await connect(home, 'phone');
    expect(await phone.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
  });
});
