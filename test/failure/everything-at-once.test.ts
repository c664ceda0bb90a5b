/**
 * All that may come over the wire at a bad moment, at once: a crowd that listens, thousands of connections that want nothing
 * good, readers that stopped reading. An animation goes on meanwhile, and a client with commands is answered. Latencies are
 * told and not judged here: `npm run bench` does that, on a machine that is quiet.
 */
import { once } from 'node:events';
import { connect as open, type Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { inWords, Probe } from '../fuzz/probe.ts';
import type { TestClient } from '../support/client.ts';
import type { Home } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Launched, launchRunning } from './support/launched.ts';
import { afterwards, connect, health, makeStage } from './support/stage.ts';

const MiB = 1024 * 1024;
const CROWD = 1000;
/** The cap of connections from one address, which the crowd keeps to. */
const PER_ADDRESS = 200;
/** Fewer than by default: a slow machine must meet it before the silent are put out. */
const CONNECTIONS = 1500;
const ATTEMPTS = 5000;
/** Half of the attempts come from one address and meet its cap, the others from so many and meet the cap of all. */
const ATTACKING_ADDRESSES = 20;
const ATTEMPTS_AT_ONCE = 100;
const FROZEN = 8;
const NOISE_BYTES = 16 * 1024;
/**
 * Generous: 1,500 connections of some 60 KiB (90 MiB), 16 MiB of unfinished packets, 8 frozen readers of at most 8 MiB, the
 * decoded filters of a few storms, and the heap that V8 lets grow before it collects. Eight giant packets alone, taken as
 * they are announced, would be 2,000 MiB.
 */
const GROWTH_MOST = 400 * MiB;

/** All that must have had something to do. */
const GUARDS = ['connections', 'connections_per_address', 'connect_timeout', 'packet_bytes', 'filters', 'slow_client'];

interface Attack {
  readonly bytes: Buffer;
  /** Whether the daemon ends the connection at once; else it waits for a CONNECT. */
  readonly ends: boolean;
}

function hello(clientId: string): Packet {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0 };
}

function subscribe(filters: readonly string[]): Buffer {
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 0 })) });
}

/** As many filters as are still answered one by one; with more the connection ends. */
const storm = subscribe(Array.from({ length: 1000 }, (_, index) => `storm/${index}`));
/** A PUBLISH that announces 250 MB, and begins. */
const giant = Buffer.concat([Buffer.from([0x30, 0x80, 0xe5, 0x9a, 0x77]), Buffer.alloc(64 * 1024)]);
const garbage = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 151 + 7) % 256));

/** Of 100 attempts 60 are silent, 30 garbage, 8 giant packets, 2 storms. */
function attack(index: number): Attack {
  const kind = index % 100;
  if (kind < 60) return { bytes: Buffer.alloc(0), ends: false };
  if (kind < 90) return { bytes: garbage, ends: true };
  const clientId = `attacker-${index}`;
  if (kind < 98) return { bytes: Buffer.concat([generate(hello(clientId)), giant]), ends: true };
  return { bytes: Buffer.concat([generate(hello(clientId)), storm]), ends: false };
}

const sockets = new Set<Socket>();

/** @returns a socket that has connected, or `null` where it was refused meanwhile. */
async function from(localAddress: string, port: number): Promise<Socket | null> {
  const socket = open({ port, host: '127.0.0.1', localAddress, noDelay: true });
  sockets.add(socket);
  socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  return socket.destroyed ? null : socket;
}

/** @param work is called with each number below `count`, so many at once. */
async function each(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const take = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** Listens for states. @returns how many bytes each has heard. */
async function gatherCrowd(port: number): Promise<number[]> {
  const heard = Array.from({ length: CROWD }, () => 0);
  await each(CROWD, 50, async (index) => {
    const socket = await from(`127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`, port);
    if (socket === null) throw new Error(`member ${index} of the crowd was refused`);
    socket.on('data', (chunk) => {
      heard[index] = (heard[index] ?? 0) + chunk.length;
    });
    socket.write(Buffer.concat([generate(hello(`crowd-${index}`)), subscribe(['diuna/zone/+/state'])]));
    await until(() => (heard[index] ?? 0) > 0, `member ${index} of the crowd to be let in`);
  });
  return heard;
}

/** They take everything, and after the first bytes read no more. */
async function freeze(port: number): Promise<void> {
  await each(FROZEN, FROZEN, async (index) => {
    const socket = await from('127.0.0.20', port);
    if (socket === null) throw new Error('a reader was refused');
    socket.write(Buffer.concat([generate(hello(`frozen-${index}`)), subscribe(['#'])]));
    await once(socket, 'readable'); // nothing flows where nobody listens to `data`
  });
}

/** Publishes without pause what only the frozen ones are to hear, below the limit of one client. */
function makeNoise({ mqtt }: TestClient): () => void {
  const payload = Buffer.alloc(NOISE_BYTES);
  const timer = setInterval(() => mqtt.publish('noise', payload, { qos: 0 }), 5);
  return () => clearInterval(timer);
}

async function attackAll(port: number): Promise<void> {
  await each(ATTEMPTS, ATTEMPTS_AT_ONCE, async (index) => {
    const address = index % 2 === 0 ? 1 : 2 + (index % ATTACKING_ADDRESSES);
    const socket = await from(`127.0.1.${address}`, port);
    if (socket === null) return;
    const { bytes, ends } = attack(index);
    socket.resume();
    if (bytes.length > 0) socket.write(bytes);
    if (ends) await until(() => socket.destroyed, `attempt ${index} to be ended`);
  });
}

function watchMemory(daemon: Launched): { readonly before: number; most(): number } {
  const before = daemon.memory();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, daemon.memory());
  }, 100);
  afterwards(async () => clearInterval(timer));
  return { before, most: () => most };
}

/** The guards that had nothing to do yet. */
function idleGuards(state: Record<string, unknown>): string[] {
  const counted = Object.keys(Object(state['guards']));
  return GUARDS.filter((guard) => !counted.includes(guard));
}

/** Numbers of a `diuna/system/state`. */
function numbers(state: Record<string, unknown>): { readonly frames: number; readonly overruns: number; readonly uptime_s: number } {
  const [frames, overruns, uptime_s] = [state['frames'], state['overruns'], state['uptime_s']].map(Number);
  return { frames: frames ?? 0, overruns: overruns ?? 0, uptime_s: uptime_s ?? 0 };
}

function makeBusyHome(): Promise<Home> {
  return makeStage({
    log: { level: 'info' },
    mqtt: { limits: { connections: CONNECTIONS, connect_timeout: 3 } },
    strips: { main: { length: 300 }, white: { length: 10, type: 'sk6812w' } },
    zones: {
      floor: { strip: 'main', range: [0, 149] },
      shelf: { strip: 'main', range: [150, 299] },
      desk: { strip: 'white', range: [0, 9] },
    },
  });
}

/** @returns the first state of the daemon that its owner hears, while an animation runs. */
async function animate(owner: TestClient): Promise<Record<string, unknown>> {
  expect(await owner.ask({ type: 'zone.start_effect', zone: 'shelf', effect: 'rainbow' })).toMatchObject({ ok: true });
  await owner.mqtt.subscribeAsync('diuna/system/state');
  return until(() => (owner.on('diuna/system/state').length > 0 ? health(owner) : null), 'a first state');
}

/** @returns a state of the daemon from behind the storm. */
async function storms(port: number, owner: TestClient): Promise<Record<string, unknown>> {
  await freeze(port);
  const hush = makeNoise(owner);
  await attackAll(port);
  const states = owner.on('diuna/system/state').length;
  const after = await until(
    () => (owner.on('diuna/system/state').length > states && idleGuards(health(owner)).length === 0 ? health(owner) : null),
    'a state after all that, in which each guard has counted',
    30_000,
  );
  hush();
  return after;
}

interface Course {
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  readonly probe: Probe;
  readonly memory: ReturnType<typeof watchMemory>;
}

/** Frames that were shown and left out meanwhile. */
function framesOf({ before, after }: Course): { readonly shown: number; readonly late: number; readonly seconds: number } {
  const [first, last] = [numbers(before), numbers(after)];
  return { shown: last.frames - first.frames, late: last.overruns - first.overruns, seconds: last.uptime_s - first.uptime_s };
}

function tell(course: Course): void {
  const { after, probe, memory } = course;
  const { shown, late, seconds } = framesOf(course);
  console.log(
    [
      inWords('command to reply', probe.replies),
      inWords('round trip', probe.echoes),
      `${shown} frames and ${late} left out in ${seconds} s (${((100 * shown) / (shown + late)).toFixed(2)} % on time)`,
      `latency in the daemon ${JSON.stringify(after['latency_us'])}`,
      `memory ${(memory.before / MiB).toFixed(0)} MiB, at most ${(memory.most() / MiB).toFixed(0)} MiB`,
      `refused ${JSON.stringify(after['guards'])}`,
    ].join('\n'),
  );
}

it('everything at once stops neither the animation nor the answers, and is counted', async () => {
  const home = await makeBusyHome();
  const daemon = await launchRunning(home);
  afterwards(async () => {
    for (const socket of sockets) socket.destroy();
  });
  const owner = await connect(home, 'owner');
  const before = await animate(owner);
  const memory = watchMemory(daemon);
  const heard = await gatherCrowd(home.port);
  const beforeStorm = [...heard];
  const probe = await Probe.start(home.port, 'probe', 'desk');
  const after = await storms(home.port, owner);
  await probe.stop();
  const course = { before, after, probe, memory };
  tell(course);
  const { shown, late } = framesOf(course);
  expect(probe.faults).toEqual([]);
  expect(probe.replies.length).toBeGreaterThan(0);
  expect(probe.replies.length).toBe(probe.echoes.length);
  expect(shown).toBeGreaterThan(late);
  expect(memory.most() - memory.before).toBeLessThan(GROWTH_MOST);
  expect(heard.filter((bytes, index) => bytes <= (beforeStorm[index] ?? 0))).toEqual([]);
  expect(daemon.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}, 60_000);
