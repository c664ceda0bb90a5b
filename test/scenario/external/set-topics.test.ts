/** The scenarios of set-topics, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../set-topics.test.ts'));
