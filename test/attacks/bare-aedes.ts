/**
 * What the daemon is compared with: aedes as it comes, served as its own documentation shows, over TCP and by `ws`. Where
 * there are users, `authorizeSubscribe` denies them as that documentation says, and nothing more.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { PASSWORD } from './attack.ts';

/** First word of the command line of such a process; port, HTTP's port and `users` follow. */
export const BARE = 'bare-aedes';
export const BARE_READY = 'bare aedes is running';

const withUsers: AedesOptions = {
  authenticate: (client, username, password, done) => {
    Object.assign(client, { isOwner: username === 'owner' });
    done(null, password?.toString() === PASSWORD);
  },
  authorizeSubscribe: (client, subscription, done) => {
    const isOwner = 'isOwner' in client && client.isOwner === true;
    done(null, isOwner || !subscription.topic.startsWith('secret/') ? subscription : null);
  },
};

export async function serveBare(port: number, httpPort: number, users: boolean): Promise<void> {
  const aedes = await Aedes.createBroker(users ? withUsers : {});
  // without Nagle as the daemon has it: the figures are to compare brokers, not sockets
  createServer({ noDelay: true }, aedes.handle).listen(port, '127.0.0.1');
  const http = createHttpServer();
  const webSockets = new WebSocketServer({ server: http });
  webSockets.on('connection', (webSocket, request) => aedes.handle(createWebSocketStream(webSocket), request));
  http.listen(httpPort, '127.0.0.1', () => process.stdout.write(`${BARE_READY}\n`));
}
