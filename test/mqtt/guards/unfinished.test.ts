/** Packets that begin and never end cost those who send them their connection, and nobody else. */
import { expect, it } from 'vitest';
import { type Holder, SharedBudget } from '../../../src/base/shared-budget.ts';
import { everybody } from '../../../src/mqtt/guards/access.ts';
import { until } from '../../support/until.ts';
import { expectServed, open, Peer, transports } from './stage.ts';

const MiB = 1024 * 1024;

/** A PUBLISH of 200,000 bytes without its end. */
const begun = (bytes: number) => Buffer.concat([Buffer.from([0x30, 0xc0, 0x9a, 0x0c, 0, 1, 0x61]), Buffer.alloc(bytes, 0x78)]);
/** A CONNECT of 65,000 bytes, most of them its will, without its end. */
const connecting = Buffer.concat([Buffer.from([0x10, 0xe8, 0xfb, 0x03, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 6, 0, 0]), Buffer.alloc(60_000)]);

it.each(transports)('strangers can fill what is theirs, and those that are in go on, over %s', async (transport) => {
  const house = await open({ unfinished_bytes: MiB }, everybody, transport);
  const friend = await Peer.connected(house, 'friend');
  await friend.subscribe(['a']);
  const strangers = await Promise.all(Array.from({ length: 30 }, () => Peer.open(house)));
  for (const stranger of strangers) stranger.socket.write(connecting);
  await until(() => (house.counts()['unfinished_bytes'] ?? 0) >= 26, 'most of them to be refused');
  friend.socket.write(begun(150_000));
  await expectServed(house);
  friend.socket.write(Buffer.alloc(200_000 - 150_003, 0x78));
  await until(() => friend.texts('a').length === 1, 'the message');
  expect(friend.closed).toBe(false);
  await expectServed(house);
});

it('a CONNECT of more than 64 KiB is refused from its header', async () => {
  const house = await open();
  const stranger = await Peer.open(house);
  stranger.socket.write(Buffer.from([0x10, 0x81, 0x80, 0x04]));
  await stranger.ended();
  expect(house.counts()).toEqual({ packet_bytes: 1 });
});

it.each(transports)('of those that are in the one goes that holds most, not the one that comes next, over %s', async (transport) => {
  const house = await open({ unfinished_bytes: 256 * 1024 }, everybody, transport);
  const small = await Peer.connected(house, 'small');
  await small.subscribe(['a']);
  const large = await Peer.connected(house, 'large');
  large.socket.write(begun(180_000));
  const next = await Peer.connected(house, 'next');
  next.socket.write(begun(60_000));
  small.socket.write(begun(40_000));
  await large.ended();
  expect([small.closed, next.closed]).toEqual([false, false]);
  expect(house.counts()).toEqual({ unfinished_bytes: 1 });
  small.socket.write(Buffer.alloc(200_000 - 40_003, 0x78));
  await until(() => small.texts('a').length === 1, 'the message');
});

class FakeHolder implements Holder {
  readonly group: string;
  readonly #isIn: boolean;
  ended = false;

  constructor(group: string, isIn = true) {
    this.group = group;
    this.#isIn = isIn;
  }

  isLetIn(): boolean {
    return this.#isIn;
  }

  end(): void {
    this.ended = true;
  }
}

it('many small holders of one address count as one', () => {
  const budget = new SharedBudget(1000);
  const honest = new FakeHolder('10.0.0.1');
  const split = Array.from({ length: 20 }, () => new FakeHolder('10.0.0.2'));
  budget.hold(honest, 300);
  for (const one of split) budget.hold(one, 50);
  expect(honest.ended).toBe(false);
  expect(split.filter(({ ended }) => ended)).toHaveLength(6);
  expect(budget.bytes).toBe(1000);
  for (const one of [honest, ...split]) budget.hold(one, 0);
  expect(budget.bytes).toBe(0);
});

it('strangers go before all others, and have a quarter among themselves', () => {
  const budget = new SharedBudget(1000);
  const guest = new FakeHolder('10.0.0.1');
  const strangers = [new FakeHolder('10.0.0.2', false), new FakeHolder('10.0.0.3', false)];
  budget.hold(guest, 900);
  for (const stranger of strangers) budget.hold(stranger, 80);
  expect([guest, ...strangers].map(({ ended }) => ended)).toEqual([false, true, false]);
  const alone = new SharedBudget(1000);
  for (const stranger of strangers) alone.hold(stranger, 200);
  expect(alone.bytes).toBe(200);
});
