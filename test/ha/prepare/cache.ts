/** Where the root with Home Assistant is kept, and what this harness says while it makes it. */
import { CacheFolder } from '../../support/cache-folder.ts';
import { progressOf } from '../../support/progress.ts';

export const cache = new CacheFolder('DIUNA_HA_CACHE', 'diuna-ha');
export const { say, told } = progressOf('ha');
