/** WebSocket messages that begin and never end: whoever holds most of them goes, and those that are served go last. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openHttp, visit } from './stage.ts';

it('strangers have a quarter; one that was answered is not ended for them', async () => {
  const house = await openHttp({ packet_bytes: 100_000, unfinished_bytes: 200_000 });
  const served = await visit(house);
  served.webSocket.send(Buffer.from('hello'));
  await once(served.webSocket, 'message');
  served.webSocket.send(Buffer.alloc(90_000), { fin: false });
  const strangers = await Promise.all(Array.from({ length: 6 }, () => visit(house)));
  for (const { webSocket } of strangers) webSocket.send(Buffer.alloc(20_000), { fin: false });
  await until(() => house.refused.length === 4, 'all but two to be refused');
  served.webSocket.send(Buffer.alloc(1), { fin: true });
  await until(() => Buffer.concat(served.heard).length === 90_006, 'its message');
  expect(strangers.filter(({ webSocket }) => webSocket.readyState === webSocket.OPEN)).toHaveLength(2);
});

it('what was whole in a chunk does not count', async () => {
  const house = await openHttp({ packet_bytes: 100_000, unfinished_bytes: 65_536 });
  const { webSocket, heard } = await visit(house);
  for (let count = 0; count < 100; count += 1) webSocket.send(Buffer.alloc(10_000));
  await until(() => Buffer.concat(heard).length === 1_000_000, 'all of it');
  expect(house.refused).toEqual([]);
});
