/** Builds the adapters of one run from its configuration. Starts nothing, and keeps no rule of its own. */
import type { Clock } from './base/clock.ts';
import { renderLayout } from './core/layout.ts';
import type { Report } from './engine/ports.ts';
import type { Submission } from './engine/submission.ts';
import type { Config } from './model/config.ts';
import { EmbeddedService } from './mqtt/embedded-service.ts';
import type { MqttRoom } from './mqtt/mqtt-room.ts';
import { RendererHost } from './renderer/host.ts';
import { Store } from './store/store.ts';
import type { RootLogger } from './system/logger.ts';
import { ServiceManager } from './system/service-manager.ts';

export interface Wires {
  readonly clock: Clock;
  readonly logger: RootLogger;
  readonly report: Report;
  readonly submit: (submission: Submission) => void;
  /** Both the writer and the frame loop answered: what the watchdog is fed with. */
  readonly alive: () => Promise<boolean>;
  /** Root is given up once what needs it has been started. */
  readonly dropsRights: boolean;
  /** The renderer's bundle, where it does not lie beside this one. */
  readonly rendererEntry: URL | undefined;
}

export interface Parts {
  readonly renderer: RendererHost;
  readonly store: Store;
  readonly mqtt: MqttRoom;
  readonly serviceManager: ServiceManager;
}

export function buildParts(config: Config, wires: Wires): Parts {
  const { clock, logger, report, submit } = wires;
  return {
    renderer: new RendererHost({
      layout: renderLayout(config),
      isolation: config.renderer.isolation,
      dropsRights: wires.dropsRights,
      report,
      warn: (message) => logger.warn({}, message),
      ...(wires.rendererEntry === undefined ? {} : { entry: wires.rendererEntry }),
    }),
    store: new Store({ path: config.store.path, history: config.store.history, report }),
    mqtt: new EmbeddedService({ config: config.mqtt, clock, logger: logger.room('mqtt'), submit, report }),
    serviceManager: new ServiceManager({ logger: logger.room('system'), alive: wires.alive }),
  };
}
