/** A broker that answers commands as the test says: the command line's other side. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';

export type Fields = Record<string, unknown>;

/** What the daemon replies beside the request id; `null`: nothing. */
export type Answer = (command: Fields, daemon: FakeDaemon, client: string) => Fields | null | Promise<Fields | null>;

export class FakeDaemon {
  readonly commands: Fields[] = [];
  answer: Answer = () => accepted();
  port = 0;
  readonly #broker: Aedes;
  readonly #server: Server;

  private constructor(broker: Aedes) {
    this.#broker = broker;
    this.#server = createServer(broker.handle);
    broker.on('publish', (packet) => void this.#take(packet));
  }

  static async start(): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(await Aedes.createBroker());
    daemon.#server.listen(0, '127.0.0.1');
    await once(daemon.#server, 'listening');
    const address = daemon.#server.address();
    daemon.port = typeof address === 'object' && address !== null ? address.port : 0;
    await daemon.tellInfo({});
    return daemon;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#broker.close(resolve));
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What a real one always has there: groups of zones are told of here alone. */
  tellInfo(groups: Fields): Promise<void> {
    return this.publish('diuna/info', { name: 'diuna', protocol: 1, groups }, true);
  }

  publish(topic: string, payload: unknown, retain = false): Promise<void> {
    const packet = { cmd: 'publish', qos: 1, dup: false, retain, topic, payload: JSON.stringify(payload) } as const;
    return new Promise((resolve, reject) => {
      this.#broker.publish(packet, (failed) => (failed ? reject(failed) : resolve()));
    });
  }

  async #take({ topic, payload }: AedesPublishPacket): Promise<void> {
    const client = /^diuna\/client\/([^/]+)\/command$/.exec(topic)?.[1];
    if (client === undefined) return;
    const command: Fields = JSON.parse(payload.toString());
    this.commands.push(command);
    const reply = await this.answer(command, this, client);
    if (reply !== null) await this.publish(`diuna/client/${client}/response`, { request_id: command['request_id'], ...reply });
  }
}

export function accepted(fields: Fields = {}): Fields {
  return { ok: true, changed: true, duplicate: false, seq: 7, event_id: '01990000-0000-7000-8000-000000000000', ...fields };
}

export const floorState: Fields = {
  state: 'ON',
  brightness: 128,
  color_mode: 'rgb',
  color: { r: 255, g: 0, b: 0 },
  effect: 'off',
  palette: 'default',
  speed: 128,
  intensity: 128,
  colors: [{ r: 255, g: 0, b: 0 }],
  reverse: false,
  mirror: false,
  version: 42,
  seq: 7,
  event_id: '01990000-0000-7000-8000-000000000000',
  source: 'command',
  origin: 'phone',
  trigger: null,
  request_id: 'r1',
  timestamp: '2026-11-20T13:01:00.123Z',
};
