/** `system.restart` and the word RESTART, over real sockets; and what the state of the system says of start and processor. */
import { afterEach, expect, it } from 'vitest';
import { ifEmbedded, isEmbedded } from '../support/carrier.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome, type RunningDaemon, startInProcess } from '../support/daemon.ts';
import { FakeClock } from '../support/fakes.ts';
import { until } from '../support/until.ts';

const things: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

function own<T extends AsyncDisposable>(thing: T): T {
  things.push(thing);
  return thing;
}

async function home(): Promise<Home> {
  const made = await makeHome();
  own({ [Symbol.asyncDispose]: () => made.remove() });
  return made;
}

interface Run {
  /** How often it was told to begin. */
  readonly begun: () => number;
  readonly ended: Promise<void>;
  readonly running: RunningDaemon;
}

/** A daemon that stops when it is told to restart, as the command line's does. */
async function run(where: Home): Promise<Run> {
  let begun = 0;
  let stopped: Promise<void> | null = null;
  let told: (ended: Promise<void>) => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    told = resolve;
  });
  const restart = () => {
    begun += 1;
    told(stop());
  };
  const running = await startInProcess(where, undefined, { restart });
  const stop = () => (stopped ??= running.daemon.stop());
  own({ [Symbol.asyncDispose]: stop });
  return { begun: () => begun, ended, running };
}

const client = async (where: Home, id: string) => own(await TestClient.connect(where.port, id));

it('the reply comes first, then the farewell; the next run knows the state, and a repetition restarts nothing', async () => {
  const where = await home();
  const first = await run(where);
  const phone = await client(where, 'phone');
  await phone.mqtt.subscribeAsync(['diuna/status', 'diuna/event/system/stopping'], { qos: 1 });
  const set = await phone.ask({ type: 'zone.set', zone: 'floor', brightness: 77 });
  const reply = await phone.ask({ type: 'system.restart', request_id: 'once', ack: 'rendered' });
  expect(reply).toMatchObject({ ok: true, changed: false, duplicate: false, seq: set.ok ? set.seq : null });
  await first.ended;
  await until(() => phone.on('diuna/status').some(({ payload }) => payload === 'offline'), 'the farewell');
  const order = phone.heard.map(({ topic, payload }) =>
    payload.includes('"once"') ? 'reply' : `${topic} ${topic.endsWith('status') ? payload : ''}`,
  );
  expect(order.slice(-3)).toEqual(['reply', 'diuna/event/system/stopping ', 'diuna/status offline']);

  const second = await run(where);
  const again = await client(where, 'phone');
  expect(await again.ask({ type: 'system.restart', request_id: 'once', ack: 'rendered' })).toMatchObject({ ok: true, duplicate: true });
  expect(await again.ask({ type: 'state.get' })).toMatchObject({ ok: true, state: { zones: { floor: { brightness: 77 } } } });
  expect([first.begun(), second.begun()]).toEqual([1, 0]);
});

it('the word RESTART does it too, and everybody who asks meanwhile is told the same', async () => {
  const where = await home();
  const { begun, ended } = await run(where);
  const asking = await Promise.all(['one', 'two', 'three'].map((id) => client(where, id)));
  await Promise.all(asking.map(({ mqtt }) => mqtt.publishAsync('diuna/system/set', ' restart\n', { qos: 1 })));
  await ended;
  for (const each of asking) expect(each.replies()).toMatchObject([{ request_id: null, ok: true, changed: false }]);
  expect(begun()).toBe(1);
});

it('a dry run says that it would; another word, or a restart in a batch, is told what is wrong', async () => {
  const where = await home();
  const { begun } = await run(where);
  const phone = await client(where, 'phone');
  expect(await phone.ask({ type: 'system.restart', dry_run: true })).toMatchObject({ ok: true, dry_run: true });
  expect(await phone.say('diuna/system/set', 'REBOOT')).toMatchObject({
    ok: false,
    error: { code: 'invalid_command', message: 'the system takes RESTART, got "REBOOT"' },
  });
  expect(await phone.ask({ type: 'batch', commands: [{ type: 'system.restart' }] })).toMatchObject({
    ok: false,
    error: { code: 'invalid_command', path: 'commands[0].type' },
  });
  expect(begun()).toBe(0);
});

it('is refused where nothing would start the daemon again, and the daemon goes on', async () => {
  const where = await home();
  const running = own(await startInProcess(where));
  const phone = await client(where, 'phone');
  const refused = { ok: false, error: { code: 'unsupported', message: expect.stringContaining('start it with systemd') } };
  expect(await phone.ask({ type: 'system.restart' })).toMatchObject(refused);
  expect(await phone.say('diuna/system/set', 'RESTART')).toMatchObject({ request_id: null, ...refused });
  expect(await phone.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  expect(running.log.some(({ msg }) => msg === 'diuna has stopped')).toBe(false);
});

it('sent retained it is obeyed once, and not again at the next start', async () => {
  const where = await home();
  const { ended } = await run(where);
  const phone = await client(where, 'phone');
  await phone.mqtt.publishAsync('diuna/system/set', 'RESTART', { qos: 1, retain: true });
  await ended;
  const next = await run(where);
  const late = await client(where, 'late');
  await late.mqtt.subscribeAsync('diuna/#', { qos: 1 });
  await until(() => late.on('diuna/status')[0], 'what is retained');
  if (isEmbedded()) expect(late.on('diuna/system/set')).toEqual([]);
  expect(await late.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
  expect(next.begun()).toBe(0);
});

ifEmbedded(it)('the state of the system tells since when it runs, whatever the clock does, and how hot the processor is', async () => {
  const where = await home();
  const clock = new FakeClock();
  clock.wall = Date.parse('2020-01-01T00:00:00.000Z');
  own(await startInProcess(where, clock));
  const phone = await client(where, 'phone');
  await phone.mqtt.subscribeAsync('diuna/system/state', { qos: 1 });
  const state = await until(() => phone.on('diuna/system/state')[0], 'the state');
  const { started_at, cpu_temperature_c } = JSON.parse(state.payload);
  expect(started_at).toBe('2020-01-01T00:00:00.000Z');
  expect(cpu_temperature_c === null || Number.isFinite(cpu_temperature_c)).toBe(true);
});
