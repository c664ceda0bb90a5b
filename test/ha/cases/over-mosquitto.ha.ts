/** Home Assistant and the daemon are both clients of a Mosquitto, as most people have it. */
import { choose } from '../../support/carrier.ts';
import { MosquittoBroker } from '../../support/mosquitto-broker.ts';
import { behaves } from '../behaviour/behaves.ts';
import { sections } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

choose({ start: (port) => MosquittoBroker.start(port) });

behaves(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  await home.addMqtt({ port: house.port, protocol: '5' });
  return { house, home };
});
