/** The scenarios of the fields around commands, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../envelope.test.ts'));
