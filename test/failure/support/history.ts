/** The whole history as `events.replay` tells it, and what must be true of any history (protocol §1, §8). */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';

export interface HistoryEvent {
  readonly id: string;
  readonly seq: number;
  readonly zone: string;
  readonly version: number;
  readonly origin: string | null;
  readonly request_id: string | null;
  readonly timestamp: string;
  readonly payload: { readonly state: Readonly<Record<string, unknown>>; readonly previous: Readonly<Record<string, unknown>> };
}

/** Everything after `after`, in as many questions as it takes. @throws where the daemon says that some of it is gone. */
export async function historyAfter(client: TestClient, after: number): Promise<HistoryEvent[]> {
  const before = client.on(`${client.topic}/replay`).length;
  let expected = 0;
  for (let from = after; ; ) {
    const reply = await client.ask({ type: 'events.replay', after: from });
    if (!reply.ok || reply.reset === true)
      throw new Error(`the replay after ${from} was not whole: ${JSON.stringify(reply).slice(0, 300)}`);
    expected += reply.count ?? 0;
    if (reply.complete === true) break;
    from = reply.last_seq ?? from;
  }
  await until(() => client.on(`${client.topic}/replay`).length >= before + expected, 'all events of the replay');
  return client
    .on(`${client.topic}/replay`)
    .slice(before)
    .map(({ payload }) => JSON.parse(payload));
}

/** No gap and no repetition in seq, ids that sort, and each zone's version without a gap, each state following the one before. */
export function expectWhole(events: readonly HistoryEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const ids = events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort());
  const zones = byZone(events);
  for (const [zone, own] of zones) {
    expect(own.map(({ version }) => `${zone} ${version}`)).toEqual(own.map((_, index) => `${zone} ${index + 1}`));
    const torn = own.filter((event, index) => index > 0 && !isDeepStrictEqual(event.payload.previous, own[index - 1]?.payload.state));
    expect(torn).toEqual([]);
  }
}

/** What the history makes of each zone: the state of its last event. */
export function statesFrom(events: readonly HistoryEvent[]): Record<string, unknown> {
  return Object.fromEntries(events.map(({ zone, payload }) => [zone, payload.state]));
}

function byZone(events: readonly HistoryEvent[]): Map<string, HistoryEvent[]> {
  const zones = new Map<string, HistoryEvent[]>();
  for (const event of events) {
    const own = zones.get(event.zone);
    if (own === undefined) zones.set(event.zone, [event]);
    else own.push(event);
  }
  return zones;
}
