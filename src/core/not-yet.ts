/** Names the settings that the schema knows and this version does nothing with, so that nobody waits for them. */
import type { Config } from '../model/config.ts';

export function settingsWithoutEffect(config: Config): string[] {
  return config.home_assistant.enabled ? ['home_assistant'] : [];
}
