/** The yardstick for a broker: Debian's Mosquitto on a free port of loopback, without Nagle, nothing kept on disk. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scratch } from './scratch.ts';
import { freePort, Spawned } from './spawned.ts';

const PROGRAM = '/usr/sbin/mosquitto';

export async function startMosquitto(scratch: Scratch): Promise<Spawned> {
  const port = await freePort();
  const path = join(await scratch.folder('memory'), 'mosquitto.conf');
  const settings = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'set_tcp_nodelay true', 'persistence false', 'user root'];
  await writeFile(path, `${settings.join('\n')}\n`);
  return Spawned.start([PROGRAM, '-c', path], port, 'running');
}
