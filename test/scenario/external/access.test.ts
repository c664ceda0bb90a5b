/** What the README says of a Mosquitto beside the daemon, tried on a real one: its access list enforces what the embedded broker would. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../../support/client.ts';
import { hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { build, type House, lines, served } from './house.ts';

/** As the README has it. */
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const accessList = /^```\n(user diuna\n[^`]*)```$/m.exec(readme)?.[1] ?? '';
const users = ['diuna', 'alice', 'bob', 'homeassistant'] as const;
const password = (user: string) => `${user}'s secret`;

interface Guarded {
  readonly house: House;
  readonly start: () => ReturnType<House['daemon']>;
}

/** @param sections of the configuration. */
async function guarded(list = accessList, sections: Readonly<Record<string, unknown>> = {}): Promise<Guarded> {
  const broker = { username: 'diuna', password_file: './password' };
  const house = await build(() => ({ broker }));
  await house.home.configure({ mqtt: { broker_url: `mqtt://127.0.0.1:${house.home.port}`, broker }, ...sections });
  const passwords = join(house.home.folder, 'passwords');
  await writeFile(passwords, '', { mode: 0o600 });
  for (const user of users) await promisify(execFile)('mosquitto_passwd', ['-b', passwords, user, password(user)]);
  await writeFile(join(house.home.folder, 'password'), `${password('diuna')}\n`, { mode: 0o600 });
  const lines = (folder: string) => [
    'allow_anonymous false',
    `password_file ${passwords}`,
    `acl_file ${join(folder, 'acl')}`,
    'use_username_as_clientid true',
  ];
  await house.mosquitto({ lines, files: { acl: list } });
  return { house, start: () => house.daemon() };
}

function login(house: House, user: string): Promise<TestClient> {
  return house.client(user, { username: user, password: password(user), protocolVersion: 5 });
}

describe.runIf(hasProgram('mosquitto'))('with the access list of the README', () => {
  it('each client commands under its own id, and reads its own replies alone', async () => {
    const { house, start } = await guarded();
    const running = await start();
    await served(running);
    const alice = await login(house, 'alice');
    const bob = await login(house, 'bob');
    await bob.mqtt.subscribeAsync(['diuna/#', 'diuna/client/+/response', 'diuna/client/alice/response'], { qos: 1 });
    expect(await alice.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, state: { origin: 'alice' } });
    expect(await bob.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, state: { origin: 'bob' } });
    await until(() => bob.on('diuna/event/zone/floor/state_changed').length >= 2, 'the events');
    expect(bob.heard.filter(({ topic }) => topic === 'diuna/client/alice/response' || topic.endsWith('/command'))).toEqual([]);
    expect(alice.replies()).toHaveLength(1);
    expect(lines(running, 'the broker denies the daemon a topic')).toEqual([]);
  });

  it('Home Assistant finds what is announced, each of its states, and an answer', async () => {
    const { house, start } = await guarded(accessList, {
      home_assistant: { enabled: true },
      groups: { seats: { zones: ['floor', 'desk'] } },
    });
    const running = await start();
    await served(running);
    const client = await login(house, 'homeassistant');
    const topic = 'homeassistant/device/diuna/config';
    await client.mqtt.subscribeAsync('homeassistant/device/+/config', { qos: 1 });
    await until(() => client.on(topic)[0], 'the device');
    const { components } = JSON.parse(client.on(topic)[0]?.payload ?? '{}');
    const states = new Set(Object.values<Record<string, unknown>>(components).map(({ state_topic }) => String(state_topic)));
    states.delete('undefined');
    for (const each of states) await client.mqtt.subscribeAsync(each, { qos: 1 });
    await until(() => [...states].every((each) => client.on(each).length > 0), 'all of its states');
    const { length } = client.on(topic);
    await client.mqtt.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await until(() => client.on(topic).length > length, 'the answer', 6000);
    expect(lines(running, 'the broker denies the daemon a topic')).toEqual([]);
  });

  it.each([
    ['a forged command', 'diuna/client/alice/command', '{"request_id":"F","type":"zone.toggle","zone":"floor"}'],
    ['a forged reply', 'diuna/client/alice/response', '{}'],
    ['a forged state', 'diuna/zone/floor/state', '{}'],
    ['a forged event', 'diuna/event/zone/floor/state_changed', '{}'],
    ['a forged status', 'diuna/status', 'offline'],
  ])('%s is refused by the broker', async (_what, topic, payload) => {
    const { house, start } = await guarded();
    await served(await start());
    const alice = await login(house, 'alice');
    await alice.mqtt.subscribeAsync('diuna/#', { qos: 1 });
    const bob = await login(house, 'bob');
    await expect(bob.mqtt.publishAsync(topic, payload, { qos: 1, retain: true })).rejects.toMatchObject({ code: 0x87 });
    expect(await alice.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true, version: 1 });
    expect(alice.on('diuna/status').map((heard) => heard.payload)).toEqual(['online']);
  });

  it('set topics are for all, a nobody is not let in', async () => {
    const { house, start } = await guarded();
    await served(await start());
    const bob = await login(house, 'bob');
    await bob.mqtt.subscribeAsync('diuna/zone/+/state', { qos: 1 });
    await bob.mqtt.publishAsync('diuna/zone/shelf/set/brightness', '12', { qos: 1 });
    await until(() => bob.state('shelf')?.['brightness'] === 12, 'the state');
    expect(bob.state('shelf')).toMatchObject({ origin: null, source: 'command' });
    await expect(house.client('nobody')).rejects.toThrow();
  });

  it('a topic that the list denies the daemon is named, once, with the cure', async () => {
    const { house, start } = await guarded(accessList.replace('topic readwrite diuna/#', 'topic read diuna/#\ntopic write diuna/client/#'));
    const running = await start();
    await served(running);
    const told = () => lines(running, 'the broker denies the daemon a topic').map(({ topic }) => topic);
    await until(() => told().includes('diuna/info') && told().includes('diuna/status'), 'the denials');
    const alice = await login(house, 'alice');
    expect(await alice.ask({ type: 'zone.toggle', zone: 'floor' })).toMatchObject({ ok: true });
    await until(() => told().includes('diuna/event/zone/floor/state_changed'), 'the denied event');
    await alice.ask({ type: 'zone.toggle', zone: 'floor' });
    expect(new Set(told()).size).toBe(told().length);
    expect(lines(running, 'the broker denies the daemon a topic')[0]).toMatchObject({ cure: expect.stringContaining('diuna/#') });
  });

  it('a wrong password is told; once it is corrected the daemon is let in, without a restart', async () => {
    const { house, start } = await guarded();
    const file = join(house.home.folder, 'password');
    await writeFile(file, 'wrong\n');
    await chmod(file, 0o644);
    const running = await start();
    const lost = await until(() => lines(running, 'system.broker_lost')[0], 'the refusal');
    expect(lost).toMatchObject({ cure: expect.stringMatching(/mqtt\.broker\.username/) });
    expect(lines(running, 'the password file can be read by other users')).toMatchObject([{ cure: `chmod 600 ${file}` }]);
    await writeFile(file, `${password('diuna')}\n`);
    await served(running);
    expect(JSON.stringify(running.log)).not.toContain("'s secret");
  });
});
