/** The scenarios of state-and-events, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../state-and-events.test.ts'));
