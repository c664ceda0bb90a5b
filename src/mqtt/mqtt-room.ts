/** The MQTT room as the daemon sees it, whether the broker is ours or another one. */
import type { ZoneState } from '../model/state.ts';
import type { Announcer } from './announcer.ts';

export interface MqttRoom {
  readonly announcer: Announcer;
  /** `null` where another broker knows. */
  readonly connectedClients: number | null;
  /** What the guards refused, by their names. */
  readonly guards: Readonly<Record<string, number>>;
  /** From here on messages can be published; nobody can send one yet. */
  open(): Promise<void>;
  /**
   * From here on commands come in.
   * @throws Fault where an address cannot be listened on. @returns where clients find us, with the ports that were taken.
   */
  listen(): Promise<readonly string[]>;
  /** Publishes what there is to command and every zone's state: at start, and when the config changed. */
  announce(info: Record<string, unknown>, states: ReadonlyMap<string, ZoneState>): void;
  tellSystemState(state: Record<string, unknown>): void;
  setEchoEvents(echo: boolean): void;
  stop(): Promise<void>;
}
