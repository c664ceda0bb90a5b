/**
 * The first starts of Home Assistant: it installs what its parts need when they are first used. Once with all that the
 * cases use, fetching; then again without, from a root that nobody may write to, as every case starts it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/daemon.ts';
import { MosquittoBroker } from '../../support/mosquitto-broker.ts';
import { HomeAssistant, type HomeAssistantOptions } from '../home-assistant/home-assistant.ts';
import { say, told } from './cache.ts';
import { FETCHED_FOLDER } from './debian-root.ts';
import { fetchingEnvironment } from './host-settings.ts';
import { indexForUv } from './python.ts';

export async function warmUp(root: string, fetched: string, near: string): Promise<void> {
  const environment = { ...fetchingEnvironment(FETCHED_FOLDER), ...(await indexForUv(root, fetched)) };
  const folder = await mkdtemp(join(near, 'warm-up-'));
  try {
    const onPackage = (name: string) => say(`  it installs ${name}`);
    const installing = { fetched, environment, onPackage };
    await told('its first start, at which it fetches more: a minute or two', () => tryOut({ root, folder, installing }));
    await told('its second start, from which on it fetches nothing', () => tryOut({ root, folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryOut(options: HomeAssistantOptions): Promise<void> {
  await using broker = await MosquittoBroker.start(await freePort());
  await using home = await HomeAssistant.start(options);
  await home.addMqtt({ port: broker.port });
  await home.settled();
  await home.stop();
  const lacking = home.log.entries().find(({ text }) => /ModuleNotFoundError|Requirements for .* not found/.test(text));
  if (lacking !== undefined && options.installing === undefined)
    throw new Error(`Home Assistant lacks a package: ${lacking.text.slice(-500)}`);
}
