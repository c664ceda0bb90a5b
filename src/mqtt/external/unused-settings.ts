/** Names the settings that another broker makes meaningless, so that nobody relies on them. Pure. */
import { type Config, mqttSchema } from '../../model/config.ts';
import { type MqttLimits, mqttLimitsSchema } from '../../model/config-limits.ts';

/** That HTTP goes by as well. */
const NOT_OURS_ALONE: readonly (keyof MqttLimits)[] = ['connect_timeout'];

/** @returns those that are set to something else than what they are left at. */
export function unusedSettings(config: Config['mqtt'], hasUsers: boolean): string[] {
  const untouched = mqttSchema.parse({});
  const ours = (['listen', 'echo_events'] as const).filter((name) => JSON.stringify(config[name]) !== JSON.stringify(untouched[name]));
  const limits = mqttLimitsSchema
    .keyof()
    .options.filter((name) => !NOT_OURS_ALONE.includes(name) && config.limits[name] !== untouched.limits[name]);
  return [...(hasUsers ? ['users'] : []), ...ours.map((name) => `mqtt.${name}`), ...limits.map((name) => `mqtt.limits.${name}`)];
}
