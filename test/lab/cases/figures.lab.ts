/** How long things take on the emulated machine. Only ratios mean something: a start against an empty Node, the same on both. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'mqtt-packet';
import { expect, inject, it } from 'vitest';
import { afterwards } from '../../support/afterwards.ts';
import { seconds } from '../../support/progress.ts';
import { LOGIN } from '../diuna/config.ts';
import { Service } from '../diuna/service.ts';
import { diskAbove } from '../guest/disk.ts';
import { Guest } from '../guest/guest.ts';
import { machine } from '../stage.ts';

const CONNECT = generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'first',
  clean: true,
  keepalive: 0,
  username: LOGIN.username,
  password: Buffer.from(LOGIN.password),
});

/** Bash: tries until a CONNACK that accepts, and prints the microseconds from `systemctl start` to it. */
const UNTIL_CONNACK = `
start=\${EPOCHREALTIME/./}
systemctl start --no-block diuna
until exec 4<>/dev/tcp/127.0.0.1/1883; do sleep 0.02; done 2>/dev/null
base64 -d <<<${CONNECT.toString('base64')} >&4
answer=$(head -c 4 <&4 | od -A n -t x1)
end=\${EPOCHREALTIME/./}
[ "$answer" = " 20 02 00 00" ] || { echo "answered $answer"; exit 1; }
echo $((end - start))`;

const EMPTY_NODE = `
for each in 1 2 3 4 5; do start=\${EPOCHREALTIME/./}; node -e 0; end=\${EPOCHREALTIME/./}; echo $((end - start)); done`;

it('from systemctl start to the first CONNACK', async () => {
  const { guest, service } = await machine();
  const [, , emptyUs = Number.NaN] = (await guest.must(EMPTY_NODE))
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b);
  const firstUs: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    firstUs.push(Number(await guest.must(UNTIL_CONNACK, { seconds: 60 })));
    await service.stop();
  }
  const [, medianUs = Number.NaN] = firstUs.toSorted((a, b) => a - b);
  console.log(
    `systemctl start to the first CONNACK: ${seconds(medianUs / 1000)}, ${(medianUs / emptyUs).toFixed(1)} times an empty Node (${seconds(emptyUs / 1000)})`,
  );
  expect(medianUs).toBeGreaterThan(0);
});

it('from power to READY', async () => {
  const lab = inject('lab');
  const disk = await diskAbove(lab.installed.disk, join(lab.folder, 'figures.qcow2'));
  const startMs = performance.now();
  const guest = await Guest.boot(lab.base, disk, lab.folder);
  afterwards(() => guest.cut());
  const service = new Service(guest);
  await service.start(); // joins the start that the boot began
  const upMs = performance.now() - startMs;
  const { InactiveExitTimestampMonotonic: from, ActiveEnterTimestampMonotonic: to } = await service.show(
    'InactiveExitTimestampMonotonic',
    'ActiveEnterTimestampMonotonic',
  );
  const load = Number((await readFile('/proc/loadavg', 'utf8')).split(' ')[0]);
  const [begunMs, readyMs] = [Number(from) / 1000, Number(to) / 1000];
  console.log(
    `power to READY: ${seconds(upMs)}; in the guest systemd began with the unit at ${seconds(begunMs)} and heard READY ${seconds(readyMs - begunMs)} later (load of the host ${load})`,
  );
  expect(readyMs).toBeGreaterThan(begunMs);
});
