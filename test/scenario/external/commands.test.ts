/** The scenarios of commands, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../commands.test.ts'));
