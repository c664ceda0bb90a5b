/** Home Assistant, by MQTT 5, comes to a daemon that is there. */
import { afterEach, beforeAll, describe } from 'vitest';
import { lightsBehave } from '../behaviour/lights.ts';
import { othersBehave } from '../behaviour/others.ts';
import { isContent, type Pair, sections, settled } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

let pair: Pair;

beforeAll(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  pair = { house, home };
  await home.addMqtt({ port: house.port, protocol: '5' });
  await settled(pair);
});
afterEach(() => isContent(pair));

describe('lights', () => lightsBehave(() => pair));
describe('everything else', () => othersBehave(() => pair));
