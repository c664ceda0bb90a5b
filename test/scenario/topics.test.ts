/** Protocol §2: whose topics are whose. */
import { describe, expect, it } from 'vitest';
import { TestClient } from '../support/client.ts';
import { makeHome, startInProcess } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { mosquitto, mosquittoPub, mosquittoSub } from './mosquitto.ts';
import { allHeard, eventsOf, stage, wholeState } from './stage.ts';

const house = stage();

describe('a client publishes commands under its own id alone', () => {
  it('a forged origin is told to the forger, and nothing happens', async () => {
    const victim = await house.client('victim');
    const forger = await house.client('forger');
    const watcher = await house.watcher('watcher');
    const before = await wholeState(watcher);
    const forged = { request_id: 'F1', type: 'zone.set_power', zone: 'floor', state: 'ON' };
    const reply = await forger.say('diuna/client/victim/command', JSON.stringify(forged));
    expect(reply).toMatchObject({ request_id: 'F1', ok: false, error: { code: 'forbidden' } });
    await allHeard(watcher);
    expect(watcher.on('diuna/client/victim/command')).toEqual([]);
    expect(victim.replies()).toEqual([]);
    expect(eventsOf(watcher)).toEqual([]);
    expect((await wholeState(watcher)).zones).toEqual(before.zones);
    expect(house.running.log.some((line) => line['client'] === 'forger' && line['msg'] === 'publish refused')).toBe(true);
  });

  it('a forger cannot use up the request ids of its victim', async () => {
    const victim = await house.client('victim-2');
    const forger = await house.client('forger-2');
    const body = { request_id: 'SAME', type: 'zone.set_brightness', zone: 'desk', brightness: 17 };
    await forger.say('diuna/client/victim-2/command', JSON.stringify(body));
    expect(await victim.ask(body)).toMatchObject({ ok: true, changed: true, duplicate: false, state: { origin: 'victim-2' } });
  });

  it.each([
    ['living room', 'living%20room'],
    ['a/b', 'a%2Fb'],
    ['küche', 'k%C3%BCche'],
    ['50%', '50%25'],
    ['a+b#c', 'a%2Bb%23c'],
    ['$SYS', '%24SYS'],
    ['💡', '%F0%9F%92%A1'],
    ['a.b_c:d-e', 'a.b_c:d-e'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['..', '..'],
  ])('the client %s is %s in topics', async (id, inTopic) => {
    const client = await house.client(id);
    const watcher = await house.listener('watcher', 'diuna/client/+/response');
    const body = { request_id: 'R1', type: 'system.ping' };
    await client.mqtt.publishAsync(`diuna/client/${inTopic}/command`, JSON.stringify(body), { qos: 1 });
    await until(() => watcher.on(`diuna/client/${inTopic}/response`)[0], 'the reply');
    expect(client.replies()).toMatchObject([{ request_id: 'R1', ok: true }]);
    const changed = await client.ask({ type: 'zone.toggle', zone: 'floor' });
    expect(changed).toMatchObject({ ok: true, state: { origin: id } });
  });

  it('a client whose id looks like the encoding of another is not the other', async () => {
    const other = await house.client('a%2Fb');
    expect(other.topic).toBe('diuna/client/a%252Fb');
    const reply = await other.say('diuna/client/a%2Fb/command', '{"request_id":"X","type":"system.ping"}');
    expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  });
});

describe('what the daemon alone publishes', () => {
  it.each([
    'diuna/zone/floor/state',
    'diuna/zone/all/state',
    'diuna/event/zone/floor/state_changed',
    'diuna/event/knob/desk/rotated',
    'diuna/client/intruder/response',
    'diuna/client/somebody/response',
    'diuna/client/somebody/replay',
    'diuna/client/somebody/presence',
    'diuna/status',
    'diuna/info',
    'diuna/system/state',
    'diuna/system/set/more',
    'diuna/system/restart',
    'diuna/preview/floor',
    'diuna',
    'diuna/of/my/own',
  ])('%s from a client is dropped, told and logged, and the connection stays', async (topic) => {
    const intruder = await house.client('intruder');
    const watcher = await house.watcher('watcher');
    const reply = await intruder.say(topic, 'mine', 1);
    expect(reply).toMatchObject({ request_id: null, ok: false, error: { code: 'forbidden' } });
    await intruder.mqtt.publishAsync(topic, 'mine', { qos: 1, retain: true });
    await intruder.mqtt.publishAsync(topic, 'mine', { qos: 2 });
    await intruder.mqtt.publishAsync(topic, 'mine', { qos: 0 });
    await intruder.untilReplies(4);
    await allHeard(watcher);
    expect(watcher.heard.filter(({ payload }) => payload === 'mine')).toEqual([]);
    const late = await house.watcher('late');
    expect(late.heard.filter(({ payload }) => payload === 'mine')).toEqual([]);
    expect(await intruder.ask({ type: 'system.ping' })).toMatchObject({ ok: true });
    expect(house.running.log.some((line) => line['client'] === 'intruder' && line['topic'] === topic)).toBe(true);
  });

  it('an empty retained message from a client clears none of it', async () => {
    const intruder = await house.client('intruder');
    for (const topic of ['diuna/status', 'diuna/info', 'diuna/zone/floor/state']) {
      await intruder.mqtt.publishAsync(topic, '', { qos: 1, retain: true });
    }
    const late = await house.watcher('late');
    for (const topic of ['diuna/status', 'diuna/info', 'diuna/zone/floor/state']) expect(late.on(topic)).toHaveLength(1);
  });
});

describe('commands are said once', () => {
  it('a command that was sent retained is obeyed and not kept', async () => {
    const phone = await house.client('phone');
    expect(await phone.ask({ type: 'zone.set_power', zone: 'floor', state: 'OFF' })).toMatchObject({ ok: true });
    const count = phone.replies().length;
    await phone.mqtt.publishAsync('diuna/zone/floor/set', 'ON', { qos: 1, retain: true });
    await phone.mqtt.publishAsync('diuna/zone/floor/set/brightness', '99', { qos: 1, retain: true });
    await phone.mqtt.publishAsync(`${phone.topic}/command`, '{"request_id":"kept","type":"system.ping"}', { qos: 1, retain: true });
    const replies = await phone.untilReplies(count + 3);
    expect(replies.slice(count).every(({ ok }) => ok)).toBe(true);
    const late = await house.watcher('late');
    expect(late.heard.filter(({ topic }) => topic.includes('/set') || topic.endsWith('/command'))).toEqual([]);
  });
});

describe('topics outside ours are free', () => {
  it('other devices talk to each other, retained or not', async () => {
    const sensor = await house.client('sensor');
    const display = await house.listener('display', 'garden/#');
    await sensor.mqtt.publishAsync('garden/temperature', '21.5', { qos: 1, retain: true });
    await sensor.mqtt.publishAsync('garden/rain', Buffer.from([0xff, 0x00, 0xfe]), { qos: 2 });
    await until(() => display.on('garden/temperature')[0] && display.on('garden/rain')[0], 'both');
    const late = await house.listener('late', 'garden/#');
    const kept = await until(() => late.on('garden/temperature')[0], 'the retained one');
    expect(kept).toMatchObject({ payload: '21.5', retain: true });
    expect(late.on('garden/rain')).toEqual([]);
    expect(sensor.replies()).toEqual([]);
  });

  it('a topic that only begins alike is free too', async () => {
    const sensor = await house.client('sensor');
    const display = await house.listener('display', 'diunas/#');
    await sensor.mqtt.publishAsync('diunas/status', 'mine', { qos: 1 });
    expect(await until(() => display.on('diunas/status')[0], 'it')).toMatchObject({ payload: 'mine' });
  });

  it('base_topic moves all of ours', async () => {
    const home = await makeHome();
    await home.configure({ mqtt: { listen: [`127.0.0.1:${home.port}`], base_topic: 'house/leds' } });
    const running = await startInProcess(home);
    const client = await TestClient.connect(home.port, 'phone');
    await client.mqtt.subscribeAsync('house/leds/#', { qos: 1 });
    await client.mqtt.publishAsync('diuna/zone/floor/set', 'ON', { qos: 1 });
    await client.mqtt.publishAsync('house/leds/zone/floor/set', '33', { qos: 1 });
    const told = await until(() => client.on('house/leds/client/phone/response')[0], 'the reply');
    expect(JSON.parse(told.payload)).toMatchObject({ ok: true, version: 1, state: { brightness: 33 } });
    expect(client.on('house/leds/status')[0]?.payload).toBe('online');
    await client[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
    await home.remove();
  });
});

describe('wills', () => {
  it('are commands when their client is lost', async () => {
    const watcher = await house.watcher('watcher');
    await watcher.say('diuna/zone/floor/set', 'OFF');
    const lost = await house.client('lost', {
      will: { topic: 'diuna/zone/floor/set', payload: Buffer.from('#123456'), qos: 1, retain: true },
    });
    lost.mqtt.stream.destroy();
    const event = await until(() => eventsOf(watcher, 'floor').at(-1)?.origin === 'lost' && eventsOf(watcher, 'floor').at(-1), 'the will');
    expect(event).toMatchObject({ payload: { state: { state: 'ON', color: { r: 0x12, g: 0x34, b: 0x56 } } } });
    await until(() => watcher.on('diuna/client/lost/response')[0], 'its reply');
  });

  it('may be an envelope, and are not obeyed when their client leaves in order', async () => {
    const watcher = await house.watcher('watcher');
    const will = (request_id: string, brightness: number) => ({
      topic: 'diuna/client/willed/command',
      payload: Buffer.from(JSON.stringify({ request_id, type: 'zone.set_brightness', zone: 'shelf', brightness })),
      qos: 1 as const,
      retain: false,
    });
    const leaving = await house.client('willed', { will: will('W1', 11) });
    await leaving.mqtt.endAsync();
    const lost = await house.client('willed', { will: will('W2', 12) });
    lost.mqtt.stream.destroy();
    await until(() => watcher.on('diuna/client/willed/response')[0], 'the reply to the will');
    expect(watcher.on('diuna/client/willed/response').map(({ payload }) => JSON.parse(payload).request_id)).toEqual(['W2']);
  });

  it('are dropped on our own topics', async () => {
    const watcher = await house.watcher('watcher');
    const lost = await house.client('liar', { will: { topic: 'diuna/status', payload: Buffer.from('offline'), qos: 1, retain: true } });
    lost.mqtt.stream.destroy();
    await until(() => watcher.on('diuna/client/liar/response')[0], 'the refusal');
    await allHeard(watcher);
    expect(watcher.on('diuna/status').map(({ payload }) => payload)).toEqual(['online']);
  });
});

describe.runIf(mosquitto)('with mosquitto_pub and mosquitto_sub', () => {
  it('a script commands, and the retained state is there for the next', async () => {
    await mosquittoPub(house.home.port, '-i', 'script', '-q', '1', '-t', 'diuna/zone/floor/set', '-m', '#ff8800');
    await using sub = await mosquittoSub(house.home.port, '-t', 'diuna/zone/floor/state', '-v');
    const line = await until(() => sub.lines().find((printed) => printed.includes('"color":{"r":255,"g":136,"b":0}')), 'the colour');
    expect(line.startsWith('diuna/zone/floor/state {"state":"ON",')).toBe(true);
  });

  it('a forged command of theirs is refused too, in 3.1 and 3.1.1', async () => {
    const watcher = await house.listener('watcher', 'diuna/client/+/response');
    const forged = ['-t', 'diuna/client/phone/command', '-m', '{"request_id":"F","type":"zone.toggle","zone":"floor"}'];
    await mosquittoPub(house.home.port, '-i', 'script-31', '-V', 'mqttv31', '-q', '1', ...forged);
    await mosquittoPub(house.home.port, '-i', 'script-311', '-V', 'mqttv311', '-q', '2', ...forged);
    for (const id of ['script-31', 'script-311']) {
      const told = await until(() => watcher.on(`diuna/client/${id}/response`)[0], `the reply to ${id}`);
      expect(JSON.parse(told.payload)).toMatchObject({ request_id: 'F', ok: false, error: { code: 'forbidden' } });
    }
    expect(watcher.on('diuna/client/phone/response')).toEqual([]);
  });

  it('a retained status of theirs does not get in', async () => {
    await using sub = await mosquittoSub(house.home.port, '-t', 'diuna/status', '-t', 'free/#');
    await mosquittoPub(house.home.port, '-q', '1', '-r', '-t', 'diuna/status', '-m', 'offline');
    await mosquittoPub(house.home.port, '-q', '1', '-t', 'free/one', '-m', 'marker');
    await until(() => sub.lines().includes('marker'), 'the marker');
    expect(sub.lines()).toEqual(['online', 'marker']);
  });
});
