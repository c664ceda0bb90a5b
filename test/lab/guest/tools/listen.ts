/**
 * Runs in the guest, bundled: notes when events of a knob and frames of a DDP strip come in, by the clock that the hand's
 * times are of (CLOCK_MONOTONIC), and prints it all when it is ended.
 */
import { createSocket } from 'node:dgram';
import mqtt from 'mqtt';

/** Of DDP: what comes after is pixels. */
const HEADER_BYTES = 10;
const [, , username = '', password = '', port = ''] = process.argv;
const events: { readonly us: number; readonly detents: number }[] = [];
const frames: number[] = [];
let shown = Buffer.alloc(0);

const nowUs = () => Number(process.hrtime.bigint() / 1000n);

const wire = createSocket('udp4', (packet) => {
  const us = nowUs();
  const pixels = packet.subarray(HEADER_BYTES);
  if (!pixels.equals(shown)) frames.push(us); // a frame that is sent anew shows nothing new
  shown = Buffer.from(pixels);
});
wire.bind(Number(port), '127.0.0.1');

const client = await mqtt.connectAsync('mqtt://127.0.0.1:1883', { username, password, clientId: 'listen' });
client.on('message', (_topic, payload) => {
  const us = nowUs();
  events.push({ us, detents: JSON.parse(payload.toString()).payload.detents });
});
await client.subscribeAsync('diuna/event/knob/desk/rotated', { qos: 0 });

process.once('SIGTERM', () => {
  process.stdout.write(JSON.stringify({ events, frames }), () => process.exit(0));
});
process.stderr.write('listening\n');
