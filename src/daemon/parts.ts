/** Builds the adapters of one run from its configuration. Starts nothing by itself, and keeps no rule of its own. */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { renderLayout } from '../core/layout.ts';
import type { Report } from '../engine/ports.ts';
import type { Submission } from '../engine/submission.ts';
import type { HomeAssistant } from '../homeassistant/home-assistant.ts';
import { KnobSet } from '../inputs/knob-set.ts';
import { makeDriver } from '../inputs/make-driver.ts';
import type { Config } from '../model/config.ts';
import type { RenderLayout } from '../model/strip-layout.ts';
import type { MqttParts } from '../mqtt/embedded-service.ts';
import type { MqttRoom } from '../mqtt/mqtt-room.ts';
import { RendererHost } from '../renderer/host.ts';
import type { OwnEffectsMessage } from '../renderer/messages.ts';
import { KeptLog } from '../store/kept-log/kept-log.ts';
import { Store } from '../store/store.ts';
import { ConfiguredAuthenticator } from '../system/access/authenticator.ts';
import type { RootLogger } from '../system/logger.ts';
import { ServiceManager } from '../system/service-manager.ts';
import { TlsFiles } from '../system/tls-files.ts';
import { AutoOutputs } from './auto-outputs.ts';
import { homeAssistantOn } from './home-assistant.ts';
import { Remembered } from './remembered.ts';
import { WaysIn } from './ways-in.ts';

export type MqttBuilder = (parts: MqttParts) => MqttRoom;

export interface Wires {
  readonly clock: Clock;
  readonly logger: RootLogger;
  readonly report: Report;
  readonly submit: (submission: Submission) => void;
  /** Both the writer and the frame loop answered: what the watchdog is fed with. */
  readonly alive: () => Promise<boolean>;
  readonly buildMqtt: MqttBuilder;
  readonly ownEffects: (message: OwnEffectsMessage) => void;
  /** Root is given up: before the renderer starts, or right after where a strip needs it. */
  readonly dropsRights: boolean;
  /** The renderer's bundle, where it does not lie beside this one. */
  readonly rendererEntry: URL | undefined;
}

export interface Parts {
  readonly renderer: RendererHost;
  /** What the renderer is told of a configuration. */
  readonly layoutOf: (config: Config) => RenderLayout;
  readonly store: Store;
  /** What others write down beside the journal: the broker inside, and what clients were told. */
  readonly kept: readonly KeptLog[];
  readonly mqtt: MqttRoom;
  readonly homeAssistant: HomeAssistant;
  readonly remembered: Remembered;
  readonly serviceManager: ServiceManager;
  readonly waysIn: WaysIn;
}

/** The broker inside, or none: only what is used is loaded. */
export async function mqttBuilder({ mqtt }: Config): Promise<MqttBuilder> {
  if (mqtt.broker_url === null) {
    const { EmbeddedService } = await import('../mqtt/embedded-service.ts');
    return (parts) => new EmbeddedService(parts);
  }
  const { ExternalService } = await import('../mqtt/external/external-service.ts');
  return (parts) => new ExternalService(parts);
}

export function buildParts(config: Config, wires: Wires): Parts {
  const { clock, logger, report, submit } = wires;
  const usesTls = config.mqtt.listen_tls.length > 0 || (config.http.tls && config.http.listen !== null);
  const tls = config.tls === null || !usesTls ? null : new TlsFiles(config.tls, { clock, logger: logger.room('system'), report });
  const mqttLogger = logger.room('mqtt');
  const authenticator = new ConfiguredAuthenticator({
    users: config.users,
    folder: config.store.path,
    clock,
    logger: logger.room('access'),
  });
  const store = new Store({ path: config.store.path, history: config.store.history, report });
  const keptIn = (file: string, part: string) =>
    new KeptLog({ path: join(config.store.path, file), part, access: () => store.access, report });
  const kept = keptIn('broker.jsonl', 'broker');
  const told = keptIn('told.jsonl', 'told');
  const remembered = new Remembered(told);
  const mqtt = wires.buildMqtt({ config: config.mqtt, clock, logger: mqttLogger, submit, report, authenticator, certificates: tls, kept });
  const autoOutputs = new AutoOutputs(logger.room('renderer'));
  const layoutOf = (given: Config) => renderLayout(autoOutputs.decide(given));
  const renderer = new RendererHost({
    layout: layoutOf(config),
    isolation: config.renderer.isolation,
    socket: config.renderer.socket,
    dropsRights: wires.dropsRights,
    report,
    ownEffects: wires.ownEffects,
    warn: (message) => logger.warn({}, message),
    ...(wires.rendererEntry === undefined ? {} : { entry: wires.rendererEntry }),
  });
  const knobs = new KnobSet({ clock, logger: logger.room('inputs'), report, submit }, (knob) => makeDriver(knob, clock));
  mqtt.previews?.from((fps, show) => renderer.onPreview(fps, show));
  return {
    renderer,
    layoutOf,
    store,
    kept: [kept, told],
    mqtt,
    remembered,
    homeAssistant: homeAssistantOn(config, mqtt, remembered, clock, logger.room('homeassistant')),
    serviceManager: new ServiceManager({ logger: logger.room('system'), alive: wires.alive }),
    waysIn: new WaysIn(config, knobs, authenticator, tls, mqtt, logger.room('http')),
  };
}
