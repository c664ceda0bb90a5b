/** A daemon and a Home Assistant that know each other, as every case of behaviour is given them. */
import { expect } from 'vitest';
import type { TestClient } from '../../support/client.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import type { EntityState } from '../home-assistant/schemas.ts';
import type { House } from '../stage.ts';

export interface Pair {
  readonly house: House;
  readonly home: HomeAssistant;
}

export const dial = { driver: 'simulated', zone: 'floor' };
export const sections = {
  knobs: { dial },
  groups: { seats: { name: 'Seats', zones: ['floor', 'desk'] } },
  supplies: { psu: { limit: 100_000, strips: ['main'] } },
};

/** What there is, where Home Assistant knows all of it. */
export async function settled({ home }: Pair): Promise<void> {
  await home.until(async () => {
    const light = await home.state('light.diuna_floor');
    const restart = await home.state('sensor.diuna_started');
    return (
      light !== null && light.state !== 'unavailable' && restart !== null && restart.state !== 'unknown' && restart.state !== 'unavailable'
    );
  }, 'the zones to be there');
}

export async function lightIs({ home }: Pair, zone: string, expected: Readonly<Record<string, unknown>>): Promise<EntityState> {
  const { state, ...attributes } = expected;
  let last: EntityState | null = null;
  const wanted = async () => {
    last = await home.state(`light.diuna_${zone}`);
    if (last === null || (state !== undefined && last.state !== state)) return null;
    const given = last.attributes;
    return Object.entries(attributes).every(([key, value]) => JSON.stringify(given[key]) === JSON.stringify(value)) ? last : null;
  };
  try {
    return await home.until(wanted, `the light of ${zone} to be ${JSON.stringify(expected)}`);
  } catch (cause) {
    throw new Error(`the light of ${zone} is ${JSON.stringify(last)}, not ${JSON.stringify(expected)}`, { cause });
  }
}

export async function turnOn({ home }: Pair, zone: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await home.service('light', 'turn_on', { entity_id: `light.diuna_${zone}`, ...data });
}

export async function turnOff({ home }: Pair, zone: string): Promise<void> {
  await home.service('light', 'turn_off', { entity_id: `light.diuna_${zone}` });
}

/** States of a zone that were published while something was done, without those that stood there. */
export function publishedStates(client: TestClient, zone: string, from = 0): Record<string, unknown>[] {
  return client
    .on(`diuna/zone/${zone}/state`)
    .slice(from)
    .map(({ payload }) => JSON.parse(payload));
}

/** Home Assistant has nothing to say against us. @param issues that are not ours, by their translation keys. */
export async function isContent({ home }: Pair, issues: readonly string[] = []): Promise<void> {
  expect(home.warningsOf()).toEqual([]);
  expect((await home.issues('mqtt')).map(({ translation_key }) => translation_key)).toEqual(issues);
}
