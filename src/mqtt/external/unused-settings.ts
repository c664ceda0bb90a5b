/** Names the settings that another broker makes meaningless, so that nobody relies on them. Pure. */
import { type Config, mqttSchema } from '../../model/config.ts';

const ours = ['listen', 'listen_tls', 'access', 'echo_events', 'limits'] as const;

/** @returns those that are set to something else than what they are left at. */
export function unusedSettings(config: Config['mqtt']): string[] {
  const untouched = mqttSchema.parse({});
  return ours.filter((name) => JSON.stringify(config[name]) !== JSON.stringify(untouched[name])).map((name) => `mqtt.${name}`);
}
