/**
 * What lets others in beside the broker's own ports: users and tokens, the certificate, HTTP, and the knobs. Prepared before
 * everything else, for the certificate may be root's alone; opened last, for light and broker come first.
 */
import { Fault } from '../base/fault.ts';
import type { Logger } from '../base/logger.ts';
import type { HttpService } from '../http/http-service.ts';
import type { KnobSet } from '../inputs/knob-set.ts';
import type { Config } from '../model/config.ts';
import { isLoopback } from '../model/config-addresses.ts';
import type { MqttRoom } from '../mqtt/mqtt-room.ts';
import type { ConfiguredAuthenticator } from '../system/access/authenticator.ts';
import type { TlsFiles } from '../system/tls-files.ts';

/** Clients that waited for the broker are let in before HTTP is loaded, which holds everything up for a moment. */
const FIRST_CLIENTS_MS = 50;

export class WaysIn {
  readonly knobs: KnobSet;
  readonly #config: Config;
  readonly #authenticator: ConfiguredAuthenticator;
  readonly #tls: TlsFiles | null;
  readonly #mqtt: MqttRoom;
  readonly #logger: Logger;
  #http: HttpService | null = null;
  #knobsClosed: Promise<void> = Promise.resolve();

  constructor(
    config: Config,
    knobs: KnobSet,
    authenticator: ConfiguredAuthenticator,
    tls: TlsFiles | null,
    mqtt: MqttRoom,
    logger: Logger,
  ) {
    this.#config = config;
    this.knobs = knobs;
    this.#authenticator = authenticator;
    this.#tls = tls;
    this.#mqtt = mqtt;
    this.#logger = logger;
  }

  /** To be called as root, where we are. @throws Fault where the certificate does not do. */
  async prepare(): Promise<void> {
    await this.#tls?.open();
    await this.#authenticator.start(() => this.#mqtt.reviewAccounts());
  }

  /** Loaded now and not before: whoever waits for light or for the broker does not wait for this. @returns where pages find us. */
  async open(): Promise<readonly string[]> {
    const { http, mqtt, knobs } = this.#config;
    await this.knobs.take(knobs);
    if (http.listen === null) return [];
    await new Promise((resolve) => setTimeout(resolve, FIRST_CLIENTS_MS));
    try {
      if (http.tls && this.#tls === null) throw new Fault('no_certificate', 'http.tls needs a certificate', 'name its files in tls');
      const { HttpService } = await import('../http/http-service.ts');
      const certificates = http.tls ? this.#tls : null;
      const parts = { names: http, limits: mqtt.limits, certificates, door: this.#mqtt.door ?? null, logger: this.#logger };
      this.#http = new HttpService({ address: http.listen, ...parts });
      if (!http.tls && this.#authenticator.isRequired && !isLoopback(http.listen.host))
        this.#logger.warn({}, 'passwords travel in the clear over WebSocket here: http.tls keeps them secret');
      return [await this.#http.listen()];
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause;
      this.#http = null;
      this.#logger.error({ cause: cause.message, cure: cause.cure }, 'HTTP and MQTT over WebSocket are off until the next start');
      return [];
    }
  }

  /**
   * Other users and names, at once. A certificate that may have changed is looked at meanwhile: its files may take seconds to
   * settle, and who is no user any more must not stay for so long.
   */
  reload({ http, users, knobs }: Config): void {
    void this.knobs.take(knobs);
    this.#http?.configure(http);
    this.#authenticator.configure(users);
    void this.#tls?.check();
  }

  /** From here on nothing new is meant: where another broker keeps commands for our next start, they are left with it. */
  hold(): void {
    this.#mqtt.hold?.();
    this.#knobsClosed = this.knobs.close();
  }

  /** @param mqttEnded when the broker has: until then its connections that came by HTTP are needed. */
  async stop(mqttEnded: Promise<void>): Promise<void> {
    this.#authenticator.stop();
    this.#tls?.close();
    await this.#knobsClosed;
    await this.#http?.stop(mqttEnded);
    await mqttEnded;
  }
}
