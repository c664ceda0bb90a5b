/** Home Assistant, by MQTT 5, comes to a daemon that is there. */
import { behaves } from '../behaviour/behaves.ts';
import { sections } from '../behaviour/pair.ts';
import { House, newHomeAssistant } from '../stage.ts';

behaves(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  await home.addMqtt({ port: house.port, protocol: '5' });
  return { house, home };
});
