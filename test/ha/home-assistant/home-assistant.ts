/** A real Home Assistant as a test sees it: set up by a person, asked through its APIs, stopped and started again with all that it remembers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { freePort } from '../../support/daemon.ts';
import { writeConfiguration } from './configuration.ts';
import { Hass, type HassOptions } from './hass.ts';
import { HomeAssistantLog, type LogEntry } from './log.ts';
import { addBroker, type Broker } from './mqtt-flow.ts';
import { answers, ENTRIES, logInAgain, onboard, removeOnline } from './onboarding.ts';
import { type Method, Rest } from './rest.ts';
import {
  type Device,
  type DeviceTrigger,
  devicesSchema,
  type EntityState,
  entitiesSchema,
  entriesSchema,
  type Issue,
  issuesSchema,
  type RegisteredEntity,
  type StateChanged,
  stateChangedSchema,
  stateSchema,
  triggersSchema,
} from './schemas.ts';
import { type Heard, HomeAssistantSocket } from './socket.ts';

export const MQTT = 'homeassistant.components.mqtt';
const START_MS = 120_000;
const WAIT_MS = 20_000;
const ASK_EVERY_MS = 20;

export interface HomeAssistantOptions {
  /** Of the root that holds it. */
  readonly root: string;
  /** Where its own folder is made. */
  readonly folder: string;
  readonly installing?: HassOptions['installing'];
}

export class HomeAssistant {
  readonly log = new HomeAssistantLog();
  readonly #options: HassOptions;
  readonly #rest: Rest;
  #hass: Hass | null = null;
  #socket: HomeAssistantSocket | null = null;
  #refreshToken: string | null = null;
  /** All is as it stays, also what it does some seconds after a person has set it up. */
  #ready: Promise<void> = Promise.resolve();

  private constructor(options: HassOptions) {
    this.#options = options;
    this.#rest = new Rest(options.port);
  }

  /** A new one, which nobody has set up yet; @returns when a person has, and all of it runs. */
  static async start({ root, folder, installing }: HomeAssistantOptions): Promise<HomeAssistant> {
    const own = await mkdtemp(join(folder, 'home-assistant-'));
    await writeConfiguration(own);
    const port = await freePort();
    const self = new HomeAssistant({ root, folder: own, port, ...(installing === undefined ? {} : { installing }) });
    await self.run();
    return self;
  }

  /** Where its pages are. */
  get address(): string {
    return this.#rest.address;
  }

  /** Starts it where it does not run. */
  async run(): Promise<void> {
    this.#hass = Hass.start(this.#options, this.log);
    try {
      await this.until(() => answers(this.#rest), 'Home Assistant to answer', START_MS);
      if (this.#refreshToken === null) await this.#setUp();
      else await logInAgain(this.#rest, this.#refreshToken);
      await this.until(async () => (await this.coreState()) === 'RUNNING', 'Home Assistant to run', START_MS);
      this.#socket = await HomeAssistantSocket.open(this.#rest.address, this.#rest.token ?? '');
    } catch (cause) {
      await this.kill();
      throw new Error(`Home Assistant did not come up; it said:\n${this.log.tail}`, { cause });
    }
  }

  async #setUp(): Promise<void> {
    await this.until(async () => this.log.text.includes('Starting Home Assistant'), 'Home Assistant to have loaded its parts', START_MS);
    this.#refreshToken = await onboard(this.#rest);
    const ready = this.until(() => removeOnline(this.#rest), 'what it sets up by itself', START_MS);
    this.#ready = ready.then(() => undefined);
    this.#ready.catch(() => undefined); // told by whoever waits for it
  }

  async coreState(): Promise<string> {
    return (await this.#rest.ask('GET', '/api/core/state', z.looseObject({ state: z.string() }))).state;
  }

  /** @returns when all is as it stays; until then it can be used as well. */
  settled(): Promise<void> {
    return this.#ready;
  }

  /** As a service manager stops it; its folder stays. */
  async stop(): Promise<void> {
    await this.#socket?.close();
    this.#socket = null;
    await this.#hass?.stop();
  }

  /** Ends it without a chance to do anything; its folder stays. */
  async kill(): Promise<void> {
    await this.#socket?.close();
    this.#socket = null;
    await this.#hass?.kill();
  }

  async restart(): Promise<void> {
    await this.#ready;
    await this.stop();
    await this.run();
  }

  /** Ends it, and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  api<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    return this.#rest.ask(method, path, schema, body);
  }

  /** @throws where it does not run. */
  get socket(): HomeAssistantSocket {
    if (this.#socket === null) throw new Error('Home Assistant does not run');
    return this.#socket;
  }

  /** What the browser of a person who has logged in keeps. */
  get tokens(): { readonly access_token: string; readonly refresh_token: string } {
    return { access_token: this.#rest.token ?? '', refresh_token: this.#refreshToken ?? '' };
  }

  /** Connects it with a broker of loopback. */
  async addMqtt(broker: Broker): Promise<void> {
    await addBroker(this.#rest, broker);
    await this.until(async () => (await this.mqttState()) === 'loaded', 'the integration MQTT to be loaded');
  }

  /** Ends its connection with the broker, and forgets it and all that came from there. */
  async removeMqtt(): Promise<void> {
    for (const { entry_id } of await this.#mqttEntries()) await this.api('DELETE', `${ENTRIES}/${entry_id}`, z.unknown());
  }

  #mqttEntries() {
    return this.api('GET', `${ENTRIES}?domain=mqtt`, entriesSchema);
  }

  /** loaded, setup_retry …; `null` where there is none. */
  async mqttState(): Promise<string | null> {
    return (await this.#mqttEntries())[0]?.state ?? null;
  }

  /** @returns `null` where it knows no such entity. */
  async state(entity: string): Promise<EntityState | null> {
    try {
      return await this.api('GET', `/api/states/${entity}`, stateSchema);
    } catch (cause) {
      if (cause instanceof Error && cause.message.includes('answered with 404')) return null;
      throw cause;
    }
  }

  states(): Promise<EntityState[]> {
    return this.api('GET', '/api/states', z.array(stateSchema));
  }

  /** @param domain of the service, such as light. @param name such as turn_on. */
  async service(domain: string, name: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.api('POST', `/api/services/${domain}/${name}`, z.unknown(), data);
  }

  /** Makes or changes an automation, as its editor does. */
  async automation(id: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    await this.api('POST', `/api/config/automation/config/${id}`, z.unknown(), { alias: id, mode: 'queued', ...body });
    await this.until(() => this.state(`automation.${id}`), `the automation ${id}`);
  }

  /** Of MQTT, whether alive or left behind. */
  async entities(): Promise<RegisteredEntity[]> {
    const all = await this.socket.call({ type: 'config/entity_registry/list' }, entitiesSchema);
    return all.filter(({ platform }) => platform === 'mqtt');
  }

  /** Of MQTT. */
  async devices(): Promise<Device[]> {
    const all = await this.socket.call({ type: 'config/device_registry/list' }, devicesSchema);
    return all.filter(({ identifiers }) => identifiers.some(([domain]) => domain === 'mqtt'));
  }

  /** What an automation can be triggered by, of one device: those of MQTT itself, without those of its entities. */
  async triggers(device_id: string): Promise<DeviceTrigger[]> {
    const all = await this.socket.call({ type: 'device_automation/trigger/list', device_id }, triggersSchema);
    return all.filter(({ domain }) => domain === 'mqtt');
  }

  /** What it tells its owner to repair. */
  async issues(domain: string): Promise<Issue[]> {
    const { issues } = await this.socket.call({ type: 'repairs/list_issues' }, issuesSchema);
    return issues.filter((issue) => issue.domain === domain);
  }

  /** @returns a list that grows with each change of an entity. */
  watch(): Promise<Heard<StateChanged>[]> {
    return this.socket.events('state_changed', stateChangedSchema);
  }

  /** @returns what it has complained about. @param module with those within it. */
  warningsOf(module: string = MQTT): LogEntry[] {
    return this.log.warningsOf(module);
  }

  /** Asks again and again. @throws when there was none within `limitMs`, and as soon as it has ended. */
  async until<T>(ask: () => Promise<T | undefined | null | false>, what: string, limitMs = WAIT_MS): Promise<T> {
    const end = performance.now() + limitMs;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      const ended = this.#hass?.ended ?? 'never started';
      if (this.#hass?.ended !== null) throw new Error(`waited for ${what}, but Home Assistant ended: ${ended}\n${this.log.tail}`);
      if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}\nHome Assistant's log ends with:\n${this.log.tail}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }
}
