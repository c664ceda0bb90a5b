import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Presence } from '../../src/mqtt/presence.ts';

let published: [string, string][];
let told: string[];
let presence: Presence;

beforeEach(() => {
  vi.useFakeTimers();
  published = [];
  told = [];
  presence = new Presence({
    publish: (client, payload) => void published.push([client, payload]),
    joined: (client, protocol) => void told.push(`${client} joined with ${protocol}`),
    left: (client) => void told.push(`${client} left`),
    timestamp: () => '2026-11-20T13:01:00.123Z',
  });
});

afterEach(() => {
  presence.stop();
  vi.useRealTimers();
});

/** The last presence of each client, as a subscriber holds it. */
function retained(): Map<string, string> {
  const last = new Map(published);
  for (const [client, payload] of last) if (payload === '') last.delete(client);
  return last;
}

it('a client is present once it has stayed for 5 s', () => {
  presence.arrive('phone', 4);
  vi.advanceTimersByTime(4999);
  expect([published, told]).toEqual([[], []]);
  vi.advanceTimersByTime(1);
  expect(published).toEqual([['phone', '{"online":true,"since":"2026-11-20T13:01:00.123Z","protocol":4,"user":null}']]);
  expect(told).toEqual(['phone joined with 4']);
});

it('a client that leaves earlier leaves no trace', () => {
  presence.arrive('script', 4);
  expect(presence.connected).toBe(1);
  vi.advanceTimersByTime(4999);
  presence.leave('script');
  vi.advanceTimersByTime(700_000);
  expect([published, told, presence.connected]).toEqual([[], [], 0]);
});

it('a client that left is offline, and cleared 10 minutes later', () => {
  presence.arrive('phone', 4);
  vi.advanceTimersByTime(5000);
  presence.leave('phone');
  expect(JSON.parse(published.at(-1)?.[1] ?? '')).toMatchObject({ online: false });
  vi.advanceTimersByTime(599_999);
  expect(published).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(published.at(-1)).toEqual(['phone', '']);
  expect(told).toEqual(['phone joined with 4', 'phone left']);
});

it('a client that comes back in time is online again and not cleared', () => {
  presence.arrive('phone', 4);
  vi.advanceTimersByTime(5000);
  presence.leave('phone');
  presence.arrive('phone', 3);
  vi.advanceTimersByTime(700_000);
  expect(JSON.parse(retained().get('phone') ?? '')).toMatchObject({ online: true, protocol: 3 });
});

it('a client that comes back for a moment is cleared all the same', () => {
  presence.arrive('phone', 4);
  vi.advanceTimersByTime(5000);
  presence.leave('phone');
  vi.advanceTimersByTime(599_000);
  presence.arrive('phone', 4);
  vi.advanceTimersByTime(1000);
  presence.leave('phone');
  vi.advanceTimersByTime(600_000);
  expect(retained().size).toBe(0);
});

it('at most 500 are kept: those who left longest ago make room, and where all are there nobody comes in', () => {
  for (let index = 0; index < 500; index += 1) presence.arrive(`client-${index}`, 4);
  vi.advanceTimersByTime(5000);
  expect(retained().size).toBe(500);
  presence.arrive('late', 4);
  vi.advanceTimersByTime(5000);
  expect(retained().size).toBe(500);
  expect(retained().has('late')).toBe(false);
  presence.leave('client-7');
  presence.leave('client-3');
  presence.arrive('later', 4);
  vi.advanceTimersByTime(5000);
  expect(retained().size).toBe(500);
  expect([retained().has('later'), retained().has('client-7'), retained().has('client-3')]).toEqual([true, false, true]);
});
