/** Where the laboratory keeps what it fetched and built. */
import { CacheFolder } from '../../support/cache-folder.ts';

export const cache = new CacheFolder('DIUNA_LAB_CACHE', 'diuna-lab');
