/** The scenarios of catching-up, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../catching-up.test.ts'));
