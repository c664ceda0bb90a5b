/** What is served by plain requests. Nothing yet: whoever comes is told what is here. A route is a path and who answers it. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { type Reply, reply } from './replies.ts';
import { MQTT_PATH, pathOf, upgradeNeeded } from './upgrade-check.ts';

const here: Reply = { status: 404, text: `diuna: there is no page here yet; MQTT over WebSocket is at ${MQTT_PATH}, subprotocol mqtt` };

const routes: ReadonlyMap<string, (request: IncomingMessage) => Reply> = new Map([
  ['/', () => here],
  [MQTT_PATH, () => upgradeNeeded],
]);

export const answer: RequestListener = (request, response) => {
  const route = routes.get(pathOf(request.url));
  reply(response, route?.(request) ?? { status: 404, text: 'nothing is here' });
};
