/** A daemon beside a broker that is not its own: both end with the test that made them. */
import { afterEach } from 'vitest';
import { TestClient } from '../../support/client.ts';
import { type Home, makeHome, type RunningDaemon, startInProcess } from '../../support/daemon.ts';
import { MosquittoBroker, type MosquittoOptions } from '../../support/mosquitto-broker.ts';
import { until } from '../../support/until.ts';

export interface House {
  readonly home: Home;
  /** Starts the daemon, and does not wait for the broker. */
  daemon(): Promise<RunningDaemon>;
  /** Starts a broker where the daemon looks for it. */
  mosquitto(options?: MosquittoOptions): Promise<MosquittoBroker>;
  client(id: string, options?: Parameters<typeof TestClient.connect>[2]): Promise<TestClient>;
  /** Is ended with the test. */
  own<T extends AsyncDisposable>(thing: T): T;
}

const things: AsyncDisposable[] = [];

afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

/** @param mqtt settings beside the address. */
export async function build(mqtt: (port: number) => Readonly<Record<string, unknown>> = () => ({})): Promise<House> {
  const home = await makeHome();
  await home.configure({ mqtt: { broker_url: `mqtt://127.0.0.1:${home.port}`, ...mqtt(home.port) } });
  const own = <T extends AsyncDisposable>(thing: T): T => {
    things.push(thing);
    return thing;
  };
  own({ [Symbol.asyncDispose]: () => home.remove() });
  return {
    home,
    own,
    daemon: async () => own(await startInProcess(home)),
    mosquitto: async (options) => own(await MosquittoBroker.start(home.port, options)),
    client: async (id, options) => own(await TestClient.connect(home.port, id, options)),
  };
}

/** The lines of a log that say so. */
export function lines(running: RunningDaemon, message: string): Record<string, unknown>[] {
  return running.log.filter(({ msg }) => msg === message);
}

/** Waits until the daemon has reached the broker so many times, and takes commands. */
export async function served(running: RunningDaemon, count = 1): Promise<void> {
  await until(() => lines(running, 'commands come in').length >= count, `the daemon to reach the broker ${count} times`, 20_000);
}
