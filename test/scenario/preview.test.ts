/** Protocol §2: `diuna/preview/{zone}`, from the frame loop's thread to who watches. */
import { afterEach, describe, expect, it } from 'vitest';
import { ifEmbedded, isEmbedded } from '../support/carrier.ts';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { allHeard, plainZone, stage } from './stage.ts';

const house = stage();

/** The pictures that a client was shown of a zone, each as r, g, b a LED. */
function pictures(client: TestClient): Map<string, number[][][]> {
  const seen = new Map<string, number[][][]>();
  client.mqtt.on('message', (topic, payload) => {
    if (!topic.startsWith('diuna/preview/')) return;
    const leds = Array.from({ length: payload.length / 3 }, (_, led) => [...payload.subarray(led * 3, led * 3 + 3)]);
    const zone = topic.slice('diuna/preview/'.length);
    seen.set(zone, [...(seen.get(zone) ?? []), leds]);
  });
  return seen;
}

async function viewer(id: string, ...filters: readonly string[]) {
  const client = await house.client(id);
  const seen = pictures(client);
  await client.mqtt.subscribeAsync([...filters], { qos: 0 });
  const last = (zone: string) => seen.get(zone)?.at(-1);
  const sees = (zone: string, length: number, color: readonly number[]) =>
    until(() => last(zone)?.length === length && last(zone)?.every((led) => led.join() === color.join()), `${zone} in ${color.join()}`);
  return { client, seen, last, sees };
}

const red = { type: 'zone.set', zone: 'floor', state: 'ON', brightness: 255, color: '#ff0000', effect: 'off' };

ifEmbedded(describe)('a zone that is watched', () => {
  it('is shown as it stands, then as it changes: three bytes a LED', async () => {
    const { client, seen, sees } = await viewer('viewer', 'diuna/preview/floor');
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    const other = await viewer('other', 'diuna/preview/floor');
    await other.sees('floor', 10, [255, 0, 0]);
    await client.ask({ type: 'zone.set_color', zone: 'floor', color: '#00ff80' });
    await sees('floor', 10, [0, 255, 128]);
    await client.ask({ type: 'zone.set_power', zone: 'floor', state: 'OFF' });
    await sees('floor', 10, [0, 0, 0]);
    expect([...seen.keys()]).toEqual(['floor']);
  });

  it('fades in more than ten pictures', async () => {
    const { client, seen, sees } = await viewer('viewer', 'diuna/preview/floor');
    await client.ask(plainZone('floor'));
    await sees('floor', 10, [0, 0, 0]);
    await client.ask({ ...red, transition: 1.5 });
    await sees('floor', 10, [255, 0, 0]);
    const levels = new Set(seen.get('floor')?.map(([led]) => led?.[0]));
    expect(levels.size).toBeGreaterThan(10);
  });

  it('is walked in its own order where its strip runs the other way', async () => {
    const zones = { shelf: { strip: 'main', range: [10, 29], reverse: true }, tip: { strip: 'main', range: [10, 10], overlap: true } };
    await house.home.configure({ zones });
    await house.running.daemon.reload();
    const { client, last } = await viewer('viewer', 'diuna/preview/shelf');
    await client.ask(plainZone('shelf'));
    await client.ask({ ...red, zone: 'tip' });
    await until(() => last('shelf')?.[19]?.join() === '255,0,0', 'the first LED of the strip at the end of the zone');
    expect(
      last('shelf')
        ?.slice(0, 19)
        .flat()
        .every((level) => level === 0),
    ).toBe(true);
    await house.home.configure({});
    await house.running.daemon.reload();
  });

  it('of RGBW LEDs is shown with its white mixed in', async () => {
    const { client, sees } = await viewer('viewer', 'diuna/preview/desk');
    await client.ask({ ...red, zone: 'desk', color: '#00000080' });
    await sees('desk', 10, [128, 128, 128]);
  });

  it('is shown to a watcher of everything, too', async () => {
    const { client, seen, sees } = await viewer('viewer', '#');
    await client.ask(plainZone('floor'));
    await sees('floor', 10, [0, 0, 0]);
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    expect([...seen.keys()].toSorted()).toEqual(['desk', 'floor', 'shelf']);
  });

  it('is told to nobody who asked for less, nor once nobody asks', async () => {
    const { client, seen, sees } = await viewer('viewer', 'diuna/preview/floor');
    const other = await house.listener('other', 'diuna/zone/#');
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    await client.mqtt.unsubscribeAsync('diuna/preview/floor');
    const count = seen.get('floor')?.length;
    await client.ask(plainZone('floor'));
    for (const one of [client, other]) await allHeard(await listening(one));
    expect(seen.get('floor')?.length).toBe(count);
    expect(other.heard.filter(({ topic }) => topic.startsWith('diuna/preview/'))).toEqual([]);
  });

  it('changes its length with a reload', async () => {
    const { client, sees } = await viewer('viewer', 'diuna/preview/floor');
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    await house.home.configure({ zones: { floor: { strip: 'main', range: [0, 4] }, fresh: { strip: 'main', range: [5, 9] } } });
    await house.running.daemon.reload();
    await sees('floor', 5, [255, 0, 0]);
    await house.home.configure({});
    await house.running.daemon.reload();
    await sees('floor', 10, [255, 0, 0]);
  });

  it('cannot be published by anybody else', async () => {
    const forger = await house.client('forger');
    const reply = await forger.say('diuna/preview/floor', Buffer.alloc(30));
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });
});

ifEmbedded(describe)('a terminal beside a watcher', () => {
  const terminal: { levels: (number | undefined)[]; end: () => void } = { levels: [], end: () => undefined };
  afterEach(() => terminal.end());

  it('each is shown what it wants', async () => {
    terminal.end = house.running.daemon.onPreview(15, ([main]) => void terminal.levels.push(main?.rgb[0]));
    const { client, sees, last } = await viewer('viewer', 'diuna/preview/floor');
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    await until(() => terminal.levels.at(-1) === 255, 'the terminal in red');
    await client.mqtt.unsubscribeAsync('diuna/preview/floor');
    await client.ask(plainZone('floor'));
    await until(() => terminal.levels.at(-1) === 0, 'the terminal in black');
    expect(last('floor')?.[0]).toEqual([255, 0, 0]);
    terminal.end();
    await client.mqtt.subscribeAsync('diuna/preview/floor');
    await sees('floor', 10, [0, 0, 0]);
    const count = terminal.levels.length;
    await client.ask(red);
    await sees('floor', 10, [255, 0, 0]);
    expect(terminal.levels.length).toBe(count);
  });
});

/** Also hears markers. */
async function listening(client: TestClient): Promise<TestClient> {
  await client.mqtt.subscribeAsync('marker/#', { qos: 2 });
  return client;
}

if (!isEmbedded()) {
  it('over another broker nothing is published', async () => {
    const watcher = await house.watcher('watcher');
    await watcher.ask(red);
    await allHeard(watcher);
    expect(watcher.heard.filter(({ topic }) => topic.startsWith('diuna/preview/'))).toEqual([]);
  });
}
