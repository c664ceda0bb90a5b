/** The scenarios of way-of-a-command, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../way-of-a-command.test.ts'));
