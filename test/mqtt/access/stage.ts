/** The MQTT room on a port of loopback, with users of the test's own who log in by what the test says. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';
import { afterEach, onTestFinished } from 'vitest';
import type { Result } from '../../../src/base/result.ts';
import type { Account, Authenticator, Credentials, Denial } from '../../../src/core/access/account.ts';
import type { Submission } from '../../../src/engine/submission.ts';
import { configSchema } from '../../../src/model/config.ts';
import type { Role } from '../../../src/model/config-access.ts';
import { EmbeddedService } from '../../../src/mqtt/embedded-service.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { until } from '../../support/until.ts';

/** Users have their name as password; `hold` keeps everybody waiting. */
export class Users implements Authenticator {
  readonly accounts = new Map<string, Account>();
  readonly asked: Credentials[] = [];
  isRequired = true;
  #held: (() => void)[] | null = null;

  add(user: string, role: Role = 'viewer', rest: Partial<Account> = {}): this {
    this.accounts.set(user, { user, role, zones: null, token: null, ...rest });
    return this;
  }

  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    for (const go of this.#held?.splice(0) ?? []) go();
    this.#held = null;
  }

  async authenticate(credentials: Credentials): Promise<Result<Account, Denial>> {
    this.asked.push(credentials);
    await new Promise<void>((resolve) => (this.#held === null ? resolve() : this.#held.push(resolve)));
    const { username, password } = credentials;
    if (password === 'hurry') return { ok: false, error: { kind: 'later', why: 'failed too often' } };
    if (password === 'break') throw new Error('a fault of the authenticator');
    const account = username === password ? this.accounts.get(username ?? '') : undefined;
    return account === undefined ? { ok: false, error: { kind: 'credentials', why: 'no such user' } } : { ok: true, value: account };
  }

  renew({ user }: Account): Account | null {
    return this.accounts.get(user ?? '') ?? null;
  }
}

export interface Room {
  readonly service: EmbeddedService;
  readonly port: number;
  readonly log: Record<string, unknown>[];
  readonly submitted: Submission[];
  reload(access: readonly object[]): void;
}

let endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

export async function open(authenticator: Authenticator, mqttConfig: object = {}): Promise<Room> {
  const log: Record<string, unknown>[] = [];
  const write = (facts: object, message: string) => void log.push({ ...facts, message });
  const submitted: Submission[] = [];
  const read = (more: object) => configSchema.shape.mqtt.parse({ listen: ['127.0.0.1:0'], ...mqttConfig, ...more });
  const service = new EmbeddedService({
    config: read({}),
    clock: realClock,
    logger: { debug: write, info: write, warn: write, error: write },
    submit: (submission) => {
      submitted.push(submission);
      const refusal = submission.request.ok ? null : submission.request.error.refusal;
      if (refusal !== null) submission.respond({ request_id: null, ok: false, error: refusal });
      submission.committed?.();
    },
    report: () => undefined,
    authenticator,
  });
  await service.open();
  const [address = ''] = await service.listen();
  endings.push(() => service.stop());
  return { service, port: Number(address.split(':').at(-1)), log, submitted, reload: (access) => service.reconfigure(read({ access })) };
}

/** Keeps what it hears; logs in with its user's name as password. */
export class Guest {
  readonly mqtt: MqttClient;
  readonly heard: string[] = [];
  /** Reason codes of the broker's DISCONNECT. */
  readonly dismissals: (number | undefined)[] = [];

  constructor(client: MqttClient) {
    this.mqtt = client;
    client.on('message', (topic) => this.heard.push(topic));
    client.on('disconnect', ({ reasonCode }) => this.dismissals.push(reasonCode));
    client.on('error', () => undefined);
  }

  /** @param user `null` comes without. @throws where it is not let in. */
  static async connect({ port }: Room, clientId: string, user: string | null, options: IClientOptions = {}): Promise<Guest> {
    const login = user === null ? {} : { username: user, password: user };
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { clientId, ...login, protocolVersion: 4, reconnectPeriod: 0, ...options });
    endings.push(() => client.endAsync(true));
    const guest = new Guest(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    return guest;
  }

  /** @returns codes from 0x80 up where refused. */
  async subscribe(filters: readonly string[], qos: 0 | 1 = 1): Promise<number[]> {
    const granted: number[] = [];
    for (const filter of filters) {
      await new Promise<void>((resolve) => {
        this.mqtt.subscribe(filter, { qos }, (cause, _granted, packet) => {
          granted.push(Number(packet?.granted[0] ?? (cause === null ? 0 : 128)));
          resolve();
        });
      });
    }
    return granted;
  }

  async vanish(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.mqtt.once('close', () => resolve()));
    this.mqtt.stream.destroy();
    await closed;
  }

  async gone(): Promise<void> {
    await until(() => !this.mqtt.connected, 'the end of the connection');
  }
}

/** Speaks packet by packet. */
export class Raw {
  readonly received: Packet[] = [];
  readonly socket: Socket;
  readonly #version: 4 | 5;
  closed = false;

  private constructor(socket: Socket, version: 4 | 5) {
    this.socket = socket;
    this.#version = version;
    const parser = mqttPacket.parser({ protocolVersion: version });
    parser.on('packet', (packet) => this.received.push(packet));
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async open({ port }: Room, version: 4 | 5 = 4): Promise<Raw> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    onTestFinished(() => void socket.destroy());
    return new Raw(socket, version);
  }

  connect(options: Partial<IConnectPacket>): void {
    const packet = { cmd: 'connect', protocolId: 'MQTT', clientId: 'raw', clean: true, keepalive: 0, ...options } as const;
    this.send({ ...packet, protocolVersion: this.#version });
  }

  send(...packets: readonly Packet[]): void {
    const options = { protocolVersion: this.#version };
    this.socket.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet, options))));
  }

  /** @returns return code of 3.1.1, reason code of 5. */
  async answered(): Promise<number | undefined> {
    const connack = await until(() => this.received.find(({ cmd }) => cmd === 'connack'), 'the CONNACK');
    return connack.cmd !== 'connack' ? undefined : this.#version === 5 ? connack.reasonCode : connack.returnCode;
  }
}
