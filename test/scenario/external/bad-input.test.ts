/** The scenarios of bad-input, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../bad-input.test.ts'));
