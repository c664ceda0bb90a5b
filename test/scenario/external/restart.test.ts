/** The scenarios of restart, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../restart.test.ts'));
