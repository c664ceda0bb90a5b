/**
 * Tells clients, and Home Assistant, what there is here and how it is: at the start, at each reload, and every few seconds how the
 * daemon does. Decides nothing; what zones show is told by the engine.
 */
import type { Clock } from '../base/clock.ts';
import { ANSWERS_PER_CLIENT } from '../core/answered.ts';
import { MAX_COMMAND_BYTES } from '../core/parse-request.ts';
import { severalNames } from '../core/zone-names.ts';
import type { Engine } from '../engine/engine.ts';
import { type EngineSettings, INBOX_LIMIT } from '../engine/engine-parts.ts';
import { type FrameStats, type Health, systemState } from '../engine/system-state.ts';
import { Uptime } from '../engine/uptime.ts';
import { type HomeAssistant, SETTLE_MS } from '../homeassistant/home-assistant.ts';
import { installationOf } from '../homeassistant/installation.ts';
import type { EffectDeclaration } from '../model/catalog.ts';
import type { Config } from '../model/config.ts';
import type { Topics } from '../model/topics.ts';
import { buildInfo } from '../mqtt/info.ts';
import type { MqttRoom } from '../mqtt/mqtt-room.ts';
import { StateTopics } from '../mqtt/state-topics.ts';
import { timingBy } from '../mqtt/timing.ts';
import type { CpuTemperature } from '../system/cpu-temperature.ts';
import { within } from '../system/within.ts';
import { catalogOf } from './catalog.ts';
import type { Remembered } from './remembered.ts';

const SYSTEM_STATE_MS = 10_000;
/** A sensor that takes longer is not waited for. */
const TEMPERATURE_MS = 300;

export interface TellerParts {
  readonly clock: Clock;
  readonly version: string;
  /** Those of this run. */
  readonly topics: Topics;
  readonly mqtt: MqttRoom;
  readonly homeAssistant: HomeAssistant;
  readonly remembered: Remembered;
  readonly temperature: CpuTemperature;
  readonly frames: () => FrameStats | null;
  readonly health: Health;
  /** Of the user's own. */
  readonly effects: () => readonly EffectDeclaration[];
  /** Somebody would start the daemon again. */
  readonly canRestart: boolean;
}

export class Teller {
  readonly #parts: TellerParts;
  readonly #uptime: Uptime;
  readonly #stateTopics: StateTopics;
  #engine: Engine | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: TellerParts) {
    this.#parts = parts;
    this.#uptime = new Uptime(parts.clock);
    const { mqtt, topics } = parts;
    this.#stateTopics = new StateTopics({
      memory: mqtt.connectedClients === null ? parts.remembered.of('states') : null, // the broker inside does not keep ours
      clear: (topic) => mqtt.announcer.retain(topic, ''),
      link: () => mqtt.link,
      isOurs: (topic) => topics.read(topic).kind !== 'foreign', // another base topic may be another daemon's by now
      timing: timingBy(parts.clock),
    });
  }

  /** What decisions rest on. */
  settings(config: Config): EngineSettings {
    const { max_command_age } = config.mqtt;
    return {
      catalog: catalogOf(config, this.#parts.effects()),
      transitionMs: config.renderer.transition * 1000,
      maxCommandAgeMs: max_command_age === null ? null : max_command_age * 1000,
    };
  }

  /** To be called before the broker is there for others. Reads the temperature so that it is known whether there is one. */
  async open(): Promise<void> {
    const { remembered, temperature } = this.#parts;
    await Promise.all([remembered.open(), within(TEMPERATURE_MS, temperature.refresh())]);
    this.#parts.homeAssistant.open();
  }

  begin(engine: Engine, config: Config): void {
    this.#engine = engine;
    this.announce(config);
    this.#timer = setInterval(() => this.tellSystemState(), SYSTEM_STATE_MS);
  }

  announce(config: Config): void {
    const { topics, mqtt, homeAssistant, version, canRestart, temperature } = this.#parts;
    if (this.#engine === null) return;
    const { catalog } = this.settings(config);
    const limits = { commandBytes: MAX_COMMAND_BYTES, inbox: INBOX_LIMIT, requestIds: ANSWERS_PER_CLIENT, fps: config.renderer.fps };
    mqtt.announce(buildInfo(catalog, version, limits), this.#engine.states(), catalog.groups);
    const machine = { canRestart, tellsTemperature: temperature.hasTold, countsClients: mqtt.connectedClients !== null };
    const isAnnounced = config.home_assistant.enabled;
    homeAssistant.take(isAnnounced ? installationOf(config, catalog, topics, version, machine) : null);
    const several = severalNames(catalog);
    const states = [...catalog.zones.keys(), ...several].map((name) => topics.zoneState(name));
    this.#stateTopics.take([...states, ...several.map((name) => topics.zoneSummary(name))], isAnnounced ? SETTLE_MS : 0);
  }

  tellSystemState(): void {
    const { mqtt, frames, health, temperature } = this.#parts;
    if (this.#engine === null) return;
    mqtt.announcer.systemState(
      systemState({
        ...this.#uptime.look(),
        frames: frames(),
        engine: this.#engine.stats(),
        health,
        clients: mqtt.connectedClients,
        cpuTemperatureC: temperature.celsius,
        guards: mqtt.guards,
      }),
    );
    void temperature.refresh(); // for the next time
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stateTopics.stop();
    this.#parts.homeAssistant.stop();
  }
}
