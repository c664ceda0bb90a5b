/** Names the settings that the schema knows and this version does nothing with, so that nobody waits for them. */
import type { Config } from '../model/config.ts';

export function settingsWithoutEffect(config: Config): string[] {
  return [...(Object.keys(config.knobs).length === 0 ? [] : ['knobs']), ...(config.home_assistant.enabled ? ['home_assistant'] : [])];
}
