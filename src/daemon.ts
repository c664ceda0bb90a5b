/**
 * The only place that builds adapters and wires them: starts them in order, stops them in order with a deadline, and
 * holds no rule of its own.
 */
import packageJson from '../package.json' with { type: 'json' };
import type { Clock } from './base/clock.ts';
import { needsRestart } from './core/config-change.ts';
import { formatPath } from './core/issues.ts';
import { OwnEffects } from './daemon/own-effects.ts';
import { buildParts, type MqttBuilder, mqttBuilder, type Parts } from './daemon/parts.ts';
import { Reporter } from './daemon/reporter.ts';
import { restartingBy } from './daemon/restarting.ts';
import { startRenderer } from './daemon/rights.ts';
import { Teller } from './daemon/teller.ts';
import type { WaysIn } from './daemon/ways-in.ts';
import { Engine } from './engine/engine.ts';
import type { Report } from './engine/ports.ts';
import { restore } from './engine/restore.ts';
import type { Config } from './model/config.ts';
import { hintsOf } from './model/config-hints.ts';
import { Topics } from './model/topics.ts';
import type { MqttRoom } from './mqtt/mqtt-room.ts';
import type { PreviewListener, RendererHost } from './renderer/host.ts';
import type { Store } from './store/store.ts';
import { loadConfig } from './system/config-file.ts';
import { ConfigRejected } from './system/config-mistakes.ts';
import { CpuTemperature } from './system/cpu-temperature.ts';
import { SystemIds } from './system/ids.ts';
import { createLogger, type RootLogger } from './system/logger.ts';
import { realClock } from './system/real-clock.ts';
import type { ServiceManager } from './system/service-manager.ts';
import { within } from './system/within.ts';

/** How long a stop waits for the disk to take what was decided, and for the broker to tell it. */
const DRAIN_MS = 1000;
const BROKER_MS = 1500;

export interface DaemonOptions {
  readonly configPath: string;
  /** The user to become once what needs root has been started; `null` stays who it is. */
  readonly user: string | null;
  readonly clock?: Clock;
  readonly logger?: RootLogger;
  /** The renderer's bundle, where it does not lie beside this one. */
  readonly rendererEntry?: URL;
  /** Ends the daemon as a signal would, to be started again; left out where nothing would start it. */
  readonly restart?: () => void;
}

/**
 * @throws ConfigRejected, or Fault where an address cannot be listened on or rights cannot be dropped. Everything else
 * that fails is reported, and the lights go on.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const config = await loadConfig(options.configPath);
  if (!config.ok) throw new ConfigRejected(config.error);
  const logger = options.logger ?? (await createLogger(config.value.log.level));
  const daemon = new Daemon(options, config.value, logger, await mqttBuilder(config.value));
  await daemon.start();
  return daemon;
}

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #clock: Clock;
  readonly #ids: SystemIds;
  readonly #logger: RootLogger;
  readonly #reporter: Reporter;
  readonly #renderer: RendererHost;
  readonly #layoutOf: Parts['layoutOf'];
  readonly #store: Store;
  readonly #kept: Parts['kept'];
  readonly #mqtt: MqttRoom;
  readonly #serviceManager: ServiceManager;
  readonly #waysIn: WaysIn;
  readonly #ownEffects: OwnEffects;
  readonly #teller: Teller;
  /** What this run was started with: some of it stays until the next start. */
  readonly #started: Config;
  #config: Config;
  #engine: Engine | null = null;
  #addresses: readonly string[] = [];
  #reloading: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: DaemonOptions, config: Config, logger: RootLogger, buildMqtt: MqttBuilder) {
    this.#options = options;
    this.#started = config;
    this.#config = config;
    this.#logger = logger;
    this.#clock = options.clock ?? realClock;
    this.#ids = new SystemIds(this.#clock);
    this.#reporter = new Reporter({ ids: this.#ids, clock: this.#clock, logger, healthChanged: () => this.#teller.tellSystemState() });
    const report: Report = (type, payload, client) => this.#reporter.report(type, payload, client);
    this.#ownEffects = new OwnEffects(report, () => this.#takeCatalog());
    const parts = buildParts(config, {
      clock: this.#clock,
      logger,
      report,
      submit: (submission) => this.#engine?.submit(submission),
      alive: () => this.#alive(),
      buildMqtt,
      ownEffects: (message) => this.#ownEffects.hear(message, this.#config.effects.path),
      dropsRights: options.user !== null,
      rendererEntry: options.rendererEntry,
    });
    this.#renderer = parts.renderer;
    this.#layoutOf = parts.layoutOf;
    this.#store = parts.store;
    this.#kept = parts.kept;
    this.#mqtt = parts.mqtt;
    this.#serviceManager = parts.serviceManager;
    this.#waysIn = parts.waysIn;
    this.#teller = new Teller({
      clock: this.#clock,
      version: packageJson.version,
      topics: new Topics(config.mqtt.base_topic),
      mqtt: parts.mqtt,
      homeAssistant: parts.homeAssistant,
      remembered: parts.remembered,
      temperature: new CpuTemperature(),
      frames: () => parts.renderer.stats(),
      health: this.#reporter.health,
      effects: () => this.#ownEffects.declarations,
      canRestart: options.restart !== undefined,
    });
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** Light first: the renderer starts while the store is read, and shows what was restored before the broker listens. */
  async start(): Promise<void> {
    await this.#waysIn.prepare();
    const ownEffects = this.#ownEffects.first(this.#config.effects.path);
    const lit = startRenderer(this.#options.user, this.#layoutOf(this.#config), () => this.#renderer.start());
    const restored = restore(await this.#store.open());
    await this.#mqtt.open(); // the store's folder is ours first: the broker keeps there what it holds for others
    this.#reporter.begin((told) => this.#mqtt.announcer.notice(told));
    if (restored.world.event_id !== null) this.#ids.continueAfter(restored.world.event_id);
    const told = { publisher: this.#mqtt.announcer, ...restartingBy(this.#options.restart) };
    const parts = { ...told, journal: this.#store, renderer: this.#renderer, clock: this.#clock, ids: this.#ids };
    await ownEffects; // zones that were left with one keep it
    this.#engine = new Engine({ ...parts, knobs: this.#waysIn.knobs }, this.#teller.settings(this.#config), restored);
    this.#engine.start();
    await this.#teller.open();
    this.#teller.begin(this.#engine, this.#config);
    try {
      this.#addresses = await this.#mqtt.listen();
    } catch (cause) {
      await this.#close();
      throw cause;
    }
    await lit;
    this.#reporter.report('system.started', { version: packageJson.version });
    this.#teller.tellSystemState();
    this.#serviceManager.ready();
    this.#addresses = [...this.#addresses, ...(await this.#waysIn.open())];
    this.#noteOddities();
    this.#logger.info({ listen: this.#addresses, zones: Object.keys(this.#config.zones) }, 'diuna is running');
  }

  /** Takes the config file anew, one reload after another; a bad file is reported and changes nothing. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(async () => {
      if (this.#stopping) return;
      this.#serviceManager.reloading();
      try {
        await this.#reload();
      } finally {
        this.#serviceManager.ready();
      }
    });
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    const loaded = await loadConfig(this.#options.configPath);
    if (!loaded.ok) {
      const mistakes = loaded.error.map(({ line, path, rule }) => ({ line, path, message: rule })); // every viewer reads it
      const file = this.#options.configPath;
      return this.#reporter.report('system.config_rejected', { file, mistakes, cure: `diuna check -c ${file} says what came` });
    }
    const waiting = needsRestart(this.#started, loaded.value);
    this.#config = loaded.value;
    this.#logger.setLevel(loaded.value.log.level);
    this.#waysIn.reload(loaded.value);
    this.#mqtt.reconfigure(loaded.value.mqtt);
    this.#ownEffects.reload();
    this.#renderer.configure(this.#layoutOf(loaded.value));
    this.#takeCatalog();
    if (waiting.length > 0) this.#logger.warn({ waiting }, 'these settings change at the next start');
    this.#noteOddities();
    this.#logger.info({}, 'config reloaded');
  }

  onPreview(fps: number, listener: PreviewListener): () => void {
    return this.#renderer.onPreview(fps, listener);
  }

  /** Clients are told, the inbox drained, the journal closed, the LEDs left as configured. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#reloading;
    this.#serviceManager.stopping();
    this.#reporter.report('system.stopping', {});
    await this.#close();
    this.#logger.info({}, 'diuna has stopped');
  }

  /**
   * The broker ends after the engine: until then everybody can be answered. The store, which has the lock, ends last. One
   * part that fails to end keeps no other from ending.
   */
  async #close(): Promise<void> {
    this.#teller.stop();
    this.#waysIn.hold();
    const snapshot = await within(DRAIN_MS, this.#engine?.stop());
    const ends = [
      ...(await Promise.allSettled([this.#renderer[Symbol.asyncDispose]()])),
      ...(await Promise.allSettled([within(BROKER_MS, this.#waysIn.stop(this.#mqtt.stop()))])),
      ...(await Promise.allSettled(this.#kept.map((kept) => kept.close()))),
      ...(await Promise.allSettled([snapshot === undefined ? undefined : this.#store.close(() => snapshot)])),
    ];
    for (const end of ends) if (end.status === 'rejected') this.#logger.error({ err: end.reason }, 'a part did not end as it should');
    this.#serviceManager.stop();
  }

  #noteOddities(): void {
    for (const { path, message } of hintsOf(this.#config))
      this.#logger.info({ path: formatPath(path), note: message }, 'a setting does nothing here');
  }

  #takeCatalog(): void {
    if (this.#stopping) return; // what is told from now on is what was decided until now
    this.#engine?.reconfigure(this.#teller.settings(this.#config));
    this.#teller.announce(this.#config);
  }

  /** Both the writer and the frame loop answered: what the watchdog is fed with. */
  async #alive(): Promise<boolean> {
    const engine = this.#engine;
    if (engine === null) return false;
    const [engineTurns, loopTurns] = await Promise.all([engine.probe(), this.#renderer.probe(5000)]);
    return engineTurns && loopTurns;
  }
}
