/** Home Assistant, by MQTT 3.1.1 as nothing else passes, is there before the daemon is. */

import { afterwards } from '../../support/afterwards.ts';
import { behaves } from '../behaviour/behaves.ts';
import { sections } from '../behaviour/pair.ts';
import { OldDoor } from '../home-assistant/old-door.ts';
import { House, newHomeAssistant } from '../stage.ts';

behaves(async () => {
  const [house, home] = await Promise.all([House.open(sections), newHomeAssistant()]);
  const door = await OldDoor.open(house.port);
  afterwards(() => door[Symbol.asyncDispose]());
  await home.addMqtt({ port: door.port, protocol: '3.1.1' });
  await house.stop();
  await home.restart();
  await house.start();
  return { house, home };
}, ['protocol_5_migration']);
