/**
 * The yardstick for a daemon: an outside client of Mosquitto by the `mqtt` package, Nagle off. It parses a command, changes
 * a state in memory, sends a frame where it is told a port, and replies with as many bytes as ours. Nothing is durable.
 */
import { createSocket } from 'node:dgram';
import { Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { commandTopic } from '../harness/commands.ts';

export interface HandlerOrder {
  readonly port: number;
  readonly replyBytes: number;
  /** Where a frame of 300 LEDs goes; `null`: nowhere. */
  readonly framePort: number | null;
}

interface HandledCommand {
  readonly request_id: string;
  readonly color: string;
}
const HEADER_BYTES = 10;

export const handler = {
  async start({ port, replyBytes, framePort }: HandlerOrder): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'handler', keepalive: 0 });
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    else throw new Error('no socket to switch Nagle off on');
    const frame = Buffer.alloc(HEADER_BYTES + 900);
    frame[0] = 0x41;
    const socket = createSocket('udp4');
    const state = { color: '', version: 0 };
    const padding = 'x'.repeat(Math.max(0, replyBytes - JSON.stringify({ request_id: 'r-1234', ok: true, state, padding: '' }).length));
    client.on('message', (topic, payload) => {
      const command = JSON.parse(payload.toString()) as HandledCommand;
      state.color = command.color;
      state.version += 1;
      if (framePort !== null) {
        frame.fill(Buffer.from(command.color.slice(1), 'hex'), HEADER_BYTES);
        socket.send(frame, framePort, '127.0.0.1');
      }
      const reply = JSON.stringify({ request_id: command.request_id, ok: true, state, padding });
      client.publish(topic.replace(/command$/, 'response'), reply);
    });
    await client.subscribeAsync(commandTopic('+'));
  },
};
export type HandlerRole = typeof handler;
