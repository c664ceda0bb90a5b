/** The two servers that the suites are put to: our daemon, and Debian's Mosquitto as the yardstick, each with one denied topic. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Spawned } from '../bench/servers/spawned.ts';
import { freePort, type Home, makeHome, spawnDaemon } from '../support/daemon.ts';
import { findProgram } from '../support/programs.ts';

/** What the suites expect a server to refuse. */
const DENIED = 'test/nosubscribe';
const ACCESS = { access: [{ topic: DENIED, allow: 'none' }] };

export interface Server {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Its base topic is deep, so that the suites' wildcards meet none of its own retained messages. */
export async function startDiuna(): Promise<Server> {
  const home = await makeHome({ mqtt: { base_topic: 'house/light/diuna', limits: { keep_alive: 60 }, ...ACCESS } });
  try {
    const daemon = await spawnDaemon(home);
    return { port: home.port, [Symbol.asyncDispose]: () => end(home, () => daemon.terminate()) };
  } catch (cause) {
    await home.remove();
    throw cause;
  }
}

/** @returns `null` where it is not installed. */
export async function startMosquitto(): Promise<Server | null> {
  const program = findProgram('mosquitto');
  if (program === null) return null;
  const home = await makeHome();
  const port = await freePort();
  const [config, rules] = [join(home.folder, 'mosquitto.conf'), join(home.folder, 'rules')];
  await writeFile(rules, `topic readwrite #\ntopic deny ${DENIED}\n`);
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nacl_file ${rules}\nuser root\n`);
  const server = await Spawned.start([program, '-c', config], port, 'running');
  return { port, [Symbol.asyncDispose]: () => end(home, () => server[Symbol.asyncDispose]()) };
}

async function end(home: Home, stop: () => Promise<unknown>): Promise<void> {
  await stop();
  await home.remove();
}
