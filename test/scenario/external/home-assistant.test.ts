/** What Home Assistant hears, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../home-assistant.test.ts'));
