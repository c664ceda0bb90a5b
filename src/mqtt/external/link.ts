/**
 * One connection to another broker, from CONNECT to its end: never used twice. The mqtt package opens it (TCP, TLS,
 * WebSocket), logs in and keeps it alive; its queues, its stores and its acknowledgements stay unused: it acknowledges
 * QoS 2 before anybody has decided, and reads nothing on while one message is being decided.
 */
import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { generate, type IConnackPacket, type Packet } from 'mqtt-packet';
import type { Message } from '../message.ts';
import { CLOSED } from './trouble.ts';

/** As CONNECT names them: 4 is MQTT 3.1.1. */
export type Version = 4 | 5;

export interface LinkSettings {
  readonly url: string;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** PEM; left out: the system's. */
  readonly ca: Buffer | undefined;
  readonly version: Version;
  readonly will: Message;
}

/** What the broker said of itself. */
export interface Session {
  readonly version: Version;
  /** Whether it still knows our session. */
  readonly present: boolean;
  /** Messages of QoS 1 and 2 that may be on their way to it at once. */
  readonly window: number;
  readonly maximumQos: 0 | 1 | 2;
  readonly maximumPacketBytes: number | null;
}

export interface Loss {
  readonly why: string;
  /** The reason code of the broker's CONNACK or DISCONNECT, or the system's error code. */
  readonly code: number | string | null;
  /** Whether we had been let in. */
  readonly wasUp: boolean;
  /** What helps, where that is known and not to be guessed. */
  readonly cure?: string;
}

export interface LinkEvents {
  up(session: Session): void;
  packet(packet: Packet): void;
  /** Takes more again after `isFull`. */
  drain(): void;
  /** Exactly once, and the last of all. */
  down(loss: Loss): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 15;
/** How long the broker keeps our session, and so the commands sent to us, while we are away. */
const SESSION_EXPIRY_S = 86_400;
/** Commands that may be on their way to us at once: they are decided and made durable in groups. */
const RECEIVE_MAXIMUM = 500;
/** Beyond the largest command, so that a somewhat too large one is still answered. */
const MAXIMUM_PACKET_BYTES = 2 ** 21;
/** Without a word of the broker (3.1.1 has none): what Mosquitto takes. */
const DEFAULT_WINDOW = 20;
const MOST_WINDOW = 100;

/** Tells the mqtt package that an acknowledgement is not its business. */
const OURS = new Error('acknowledged elsewhere');

export class Link {
  readonly #events: LinkEvents;
  readonly #client: MqttClient;
  readonly #version: Version;
  #why: string | null = null;
  #code: number | string | null = null;
  #isUp = false;
  #isOver = false;

  constructor(settings: LinkSettings, events: LinkEvents) {
    this.#events = events;
    this.#version = settings.version;
    const client = mqtt.connect(settings.url, optionsOf(settings));
    this.#client = client;
    client.options.customHandleAcks = (_topic, _message, packet, done) => done(packet.qos === 2 ? OURS : 0);
    client.handleMessage = (packet, done) => done(packet.qos === 0 ? undefined : OURS);
    client.on('error', (cause) => this.#note(cause));
    client.on('disconnect', ({ reasonCode, properties }) => {
      this.#code = reasonCode ?? 0;
      this.#why ??= `the broker ended the connection${properties?.reasonString === undefined ? '' : `: ${properties.reasonString}`}`;
    });
    client.on('packetreceive', (packet) => {
      if (this.#isUp) this.#events.packet(packet);
      else if (packet.cmd === 'connack') this.#greeted(packet);
    });
    client.on('close', () => this.#end());
    client.connect();
    client.stream.on('error', (cause: Error) => this.#note(cause));
    client.stream.on('drain', () => this.#events.drain());
    // else an acknowledgement holds back the next message for 40 ms
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  }

  /** Whether what is written waits for the network. */
  get isFull(): boolean {
    return this.#client.stream.writableNeedDrain;
  }

  /** @returns the packet as it goes over the wire. */
  encode(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#version });
  }

  send(packet: Packet): void {
    this.write(this.encode(packet));
  }

  write(bytes: Buffer): void {
    if (!this.#isOver && !this.#client.stream.destroyed) this.#client.stream.write(bytes);
  }

  /** Says goodbye, so that the will is not published; the end comes as `down`. */
  leave(): void {
    this.#client.end(false);
  }

  /** Also where a goodbye is under way. */
  cut(): void {
    this.#client.end(true);
    this.#client.stream.destroy();
  }

  #greeted(packet: IConnackPacket): void {
    const refused = (this.#version === 5 ? packet.reasonCode : packet.returnCode) ?? 0;
    if (refused !== 0 || this.#isOver) return; // the mqtt package ends it, with an error that says so
    this.#isUp = true;
    const { receiveMaximum, maximumQoS, maximumPacketSize } = packet.properties ?? {};
    this.#events.up({
      version: this.#version,
      present: packet.sessionPresent,
      window: Math.min(receiveMaximum ?? DEFAULT_WINDOW, MOST_WINDOW),
      maximumQos: maximumQoS === 0 || maximumQoS === 1 ? maximumQoS : 2,
      maximumPacketBytes: maximumPacketSize ?? null,
    });
  }

  #note(cause: Error): void {
    if (cause === OURS) return;
    this.#why ??= cause.message;
    if ('code' in cause && (typeof cause.code === 'number' || typeof cause.code === 'string')) this.#code ??= cause.code;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.end(true);
    this.#events.down({ why: this.#why ?? CLOSED, code: this.#code, wasUp: this.#isUp });
  }
}

function optionsOf({ clientId, username, password, ca, version, will }: LinkSettings): IClientOptions {
  return {
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: KEEPALIVE_S,
    clean: false,
    clientId,
    protocolVersion: version,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(version === 5
      ? {
          properties: {
            sessionExpiryInterval: SESSION_EXPIRY_S,
            receiveMaximum: RECEIVE_MAXIMUM,
            maximumPacketSize: MAXIMUM_PACKET_BYTES,
          },
        }
      : {}),
  };
}
