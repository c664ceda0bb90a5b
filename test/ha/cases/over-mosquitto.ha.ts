/** Home Assistant and the daemon are both clients of a Mosquitto, as most people have it. */
import { afterEach, beforeAll, describe } from 'vitest';
import { choose } from '../../support/carrier.ts';
import { MosquittoBroker } from '../../support/mosquitto-broker.ts';
import { lightsBehave } from '../behaviour/lights.ts';
import { othersBehave } from '../behaviour/others.ts';
import { isContent, type Pair, sections, settled } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

choose({ start: (port) => MosquittoBroker.start(port) });
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
