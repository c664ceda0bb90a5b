/** Home Assistant, set up with MQTT 3.1.1, is there before the daemon is. */
import { afterEach, beforeAll, describe } from 'vitest';
import { lightsBehave } from '../behaviour/lights.ts';
import { othersBehave } from '../behaviour/others.ts';
import { isContent, type Pair, sections, settled } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

let pair: Pair;

beforeAll(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  pair = { house, home };
  await home.addMqtt({ port: house.port, protocol: '3.1.1' });
  await house.stop();
  await home.restart();
  await house.start();
  await settled(pair);
  home.log.forget(); // it has said that nobody was there, as it should
});
afterEach(() => isContent(pair));

describe('lights', () => lightsBehave(() => pair));
describe('everything else', () => othersBehave(() => pair));
