/** An orderly end: `SIGTERM`, at any moment. */
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { Caller } from './support/caller.ts';
import { expectWhole, historyAfter } from './support/history.ts';
import { launch, launchRunning } from './support/launched.ts';
import { Random, seed } from './support/random.ts';
import { afterwards, connect, events, makeStage, makeStrip, watch } from './support/stage.ts';

describe('SIGTERM', () => {
  it('ends the daemon with 0, after it told its clients', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const watcher = await watch(home);
    await until(() => watcher.on('diuna/status')[0]?.payload === 'online', 'the status');
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
    await until(() => watcher.on('diuna/status').at(-1)?.payload === 'offline', 'the status offline');
    expect(events(watcher, 'system.stopping')).toEqual([{}]);
    expect(daemon.logged('diuna has stopped')).toHaveLength(1);
  });

  it('ends the daemon although clients are connected that do nothing, not even read', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const deaf = await watch(home, 'deaf');
    deaf.mqtt.stream.pause();
    const phone = await connect(home, 'phone');
    for (let count = 0; count < 50; count += 1) await phone.ask({ type: 'zone.toggle', zone: 'floor' });
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  });

  it('answers or refuses the commands that were sent before it, and loses none that it answered', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const phone = await Caller.connect(home.port, 'phone');
    afterwards(() => phone.close());
    const first = new Promise<void>((resolve) => {
      phone.onReply = () => resolve();
    });
    for (let number = 1; number <= 500; number += 1)
      phone.send(`R${number}`, { type: 'zone.set_brightness', zone: 'floor', brightness: 1 + (number % 255) });
    await first;
    await until(() => phone.mqtt.stream.writableLength === 0, 'all commands to be on their way');
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
    await until(() => phone.mqtt.connected === false, 'the connection to end');
    expect(phone.unanswered).toEqual([]);
    const accepted = [...phone.replies.values()].flatMap((replies) => replies.filter(({ ok }) => ok));
    const refused = [...phone.replies.values()].flatMap((replies) => replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code])));
    expect(accepted.length + refused.length).toBe(500);
    expect(new Set(refused)).toEqual(new Set(refused.length === 0 ? [] : ['overloaded']));
    await launchRunning(home);
    const history = await historyAfter(await connect(home, 'reader'), 0);
    expectWhole(history);
    expect(history.map(({ request_id }) => request_id)).toEqual(accepted.map(({ request_id }) => request_id));
  });

  it('is followed by a start that brings every zone back', async () => {
    const home = await makeStage();
    const daemon = await launchRunning(home);
    const phone = await connect(home, 'phone');
    await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', color: '#ff0000', brightness: 77 });
    await phone.ask({ type: 'zone.set', zone: 'shelf', state: 'ON', effect: 'rainbow', speed: 9 });
    await phone.ask({ type: 'zone.set', zone: 'desk', state: 'ON', white: 200 });
    const before = await phone.ask({ type: 'state.get' });
    await daemon.terminate();
    await launchRunning(home);
    const watcher = await watch(home);
    const after = await watcher.ask({ type: 'state.get' });
    expect(after.state).toEqual(before.state);
    await until(() => watcher.state('desk'), 'the retained state');
    expect(watcher.state('floor')).toMatchObject({ brightness: 77, color: { r: 255, g: 0, b: 0 }, version: 1, origin: 'phone' });
  });

  it.each([
    { on_stop: 'off', color: '#000000' },
    { on_stop: 'keep', color: '#ff0000' },
  ])('leaves the LEDs as on_stop: $on_stop says', async ({ on_stop, color }) => {
    const [home, strip] = [await makeStage(), await makeStrip()];
    await strip.attach(home, { renderer: { transition: 0, on_stop } });
    const daemon = await launchRunning(home);
    const phone = await connect(home, 'phone');
    await phone.ask({ type: 'zone.set_color', zone: 'floor', color: '#ff0000', ack: 'rendered' });
    await strip.shows('#ff0000');
    await daemon.terminate();
    await strip.shows(color);
  });

  it('ends the daemon in order while it starts, too', async () => {
    const home = await makeStage();
    const daemon = launch(home);
    await daemon.starting();
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
    const again = await launchRunning(home);
    expect(again.logged('system.store_damaged')).toEqual([]);
  });

  it('at any moment of the start ends the daemon, and the next start finds everything well', async () => {
    const home = await makeStage();
    const chosen = seed();
    const random = new Random(chosen);
    for (let round = 0; round < 6; round += 1) {
      const daemon = launch(home);
      // The moment is what is tried: before the signal is listened for, the process just ends.
      await new Promise((resolve) => setTimeout(resolve, random.integer(300)));
      const exit = await daemon.terminate();
      expect([0, null], `with DIUNA_SEED=${chosen}: ${JSON.stringify(exit)} ${daemon.output}`).toContain(exit.code);
    }
    const daemon = await launchRunning(home);
    expect(daemon.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });
});
