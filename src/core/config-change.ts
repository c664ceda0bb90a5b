/** Which changes of the config wait for a restart; everything else is taken at a reload. */
import type { Config } from '../model/config.ts';

type Reader = (config: Config) => unknown;

const fixed: readonly (readonly [string, Reader])[] = [
  ['mqtt.base_topic', (config) => config.mqtt.base_topic],
  ['mqtt.listen', (config) => config.mqtt.listen],
  ['mqtt.listen_tls', (config) => config.mqtt.listen_tls],
  ['mqtt.limits', (config) => config.mqtt.limits],
  ['mqtt.broker_url', (config) => config.mqtt.broker_url],
  ['mqtt.broker', (config) => config.mqtt.broker],
  ['http.listen', (config) => config.http.listen],
  ['http.tls', (config) => config.http.tls],
  ['tls', (config) => config.tls],
  ['store.path', (config) => config.store.path],
  ['store.history', (config) => config.store.history],
  ['home_assistant.discovery_prefix', (config) => config.home_assistant.discovery_prefix],
  ['renderer.isolation', (config) => config.renderer.isolation],
  ['renderer.socket', (config) => config.renderer.socket],
];

/** @returns the paths of what differs and cannot change without a restart. */
export function needsRestart(before: Config, after: Config): string[] {
  const waiting = fixed.filter(([, read]) => JSON.stringify(read(before)) !== JSON.stringify(read(after))).map(([path]) => path);
  // else whoever reaches the old addresses would come in without a login
  return hasUsers(before) && !hasUsers(after) ? [...waiting, 'users'] : waiting;
}

function hasUsers({ users }: Config): boolean {
  return Object.keys(users).length > 0;
}
