/** What a case needs: a Home Assistant that a person has set up, a daemon, a client of it, and an end for everything. */
import { inject } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { TestClient } from '../support/client.ts';
import { type Home, makeHome, type SpawnedDaemon, spawnDaemon } from '../support/daemon.ts';
import { HomeAssistant } from './home-assistant/home-assistant.ts';

/** A new one, without a broker. */
export async function newHomeAssistant(): Promise<HomeAssistant> {
  const { installation, folder } = inject('homeAssistant');
  const made = await HomeAssistant.start({ root: installation.root, folder });
  afterwards(() => made[Symbol.asyncDispose]());
  return made;
}

/** As it is in the configuration that we ship. */
const ANNOUNCING = { home_assistant: { enabled: true, discovery_prefix: 'homeassistant' } };

/** A house whose daemon can be stopped, started and configured again. */
export class House {
  readonly home: Home;
  #daemon: SpawnedDaemon | null = null;

  private constructor(home: Home) {
    this.home = home;
  }

  /** Two RGB zones and one RGBW, simulated, announced to Home Assistant; the daemon runs. @param sections replace whole ones. */
  static async open(sections: Readonly<Record<string, unknown>> = {}): Promise<House> {
    const house = new House(await makeHome({ ...ANNOUNCING, ...sections }));
    afterwards(() => house.close());
    await house.start();
    return house;
  }

  get port(): number {
    return this.home.port;
  }

  /** @throws where it does not run. */
  get daemon(): SpawnedDaemon {
    if (this.#daemon === null) throw new Error('the daemon does not run');
    return this.#daemon;
  }

  async start(): Promise<void> {
    this.#daemon = await spawnDaemon(this.home);
  }

  async stop(): Promise<void> {
    await this.#daemon?.terminate();
    this.#daemon = null;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Writes other sections and has the daemon read them. */
  async reconfigure(sections: Readonly<Record<string, unknown>>): Promise<void> {
    await this.home.configure({ ...ANNOUNCING, ...sections });
    this.daemon.process.kill('SIGHUP');
  }

  async connect(id: string): Promise<TestClient> {
    const client = await TestClient.connect(this.port, id);
    client.mqtt.on('error', () => undefined); // the daemon may go before it
    afterwards(() => client[Symbol.asyncDispose]());
    return client;
  }

  async close(): Promise<void> {
    await this.#daemon?.kill();
    await this.home.remove();
  }
}
