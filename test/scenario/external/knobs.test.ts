/** The scenarios of knobs, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../knobs.test.ts'));
