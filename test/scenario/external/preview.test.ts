/** What the scenarios of previews say of another broker, over a Mosquitto. */
import { overMosquitto } from './over-mosquitto.ts';

await overMosquitto(() => import('../preview.test.ts'));
