/** The scenarios of replies, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../replies.test.ts'));
