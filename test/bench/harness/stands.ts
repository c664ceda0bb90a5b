/** What rows measure on: a daemon or Mosquitto with its handler, each with a rig, and a crowd where one is wanted. */
import type { Crowd, CrowdOrder } from '../helpers/crowd.ts';
import type { HandlerRole } from '../helpers/handler.ts';
import type { Sink } from '../helpers/sink.ts';
import { type DiunaOptions, makeHome, spawnDiuna } from '../servers/diuna.ts';
import { startMosquitto } from '../servers/mosquitto.ts';
import type { Spawned } from '../servers/spawned.ts';
import type { Bench } from './bench.ts';
import { nowMs, sleep } from './clock.ts';
import { Control } from './control.ts';
import { Helper } from './helper-process.ts';
import { Rig } from './rig.ts';

/** Until the daemon has told of clients that stay (protocol §2: after 5 s); a quick run measures before that. */
const SETTLE_MS = 5600;
const QUICK_SETTLE_MS = 1000;
const WARM_RATE = 500;
const WARM_SECONDS = 2;

interface Parts {
  readonly server: Spawned;
  readonly rig: Rig;
  readonly rest: readonly AsyncDisposable[];
}

/** Closes what it was built from, the last part first. */
class Stand {
  readonly server: Spawned;
  readonly rig: Rig;
  readonly #rest: readonly AsyncDisposable[];

  constructor({ server, rig, rest }: Parts) {
    this.server = server;
    this.rig = rig;
    this.#rest = rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [...this.#rest, this.rig, this.server]) await part[Symbol.asyncDispose]();
  }
}

export class DiunaStand extends Stand {
  readonly control: Control;
  readonly storePath: string;
  readonly sink: Helper<Sink>;
  /** Where its frames go. */
  readonly sinkPort: number;

  private constructor(parts: Parts, control: Control, storePath: string, sink: Helper<Sink>, sinkPort: number) {
    super({ ...parts, rest: [...parts.rest, control, sink] });
    this.control = control;
    this.storePath = storePath;
    this.sink = sink;
    this.sinkPort = sinkPort;
  }

  /** @param senders clients that the commands come from. */
  static async open(
    bench: Bench,
    options: DiunaOptions & { readonly senders?: number; readonly simulated?: boolean },
  ): Promise<DiunaStand> {
    const sink = new Helper<Sink>('sink');
    const sinkPort = await sink.call('open', undefined);
    const home = await makeHome(bench.scratch, options.simulated === true ? options : { ...options, sinkPort });
    const server = await spawnDiuna(bench.scratch, home);
    const control = await Control.open(home.port);
    await control.prepare();
    const rig = await Rig.open(home.port, options.senders);
    return new DiunaStand({ server, rig, rest: [] }, control, home.storePath, sink, sinkPort);
  }
}

export class MosquittoStand extends Stand {
  static async open(bench: Bench, replyBytes: number, framePort: number | null = null): Promise<MosquittoStand> {
    const server = await startMosquitto(bench.scratch);
    const handler = new Helper<HandlerRole>('handler');
    await handler.call('start', { port: server.port, replyBytes, framePort });
    const rig = await Rig.open(server.port);
    return new MosquittoStand({ server, rig, rest: [handler] });
  }
}

/** Compiled code and grown buffers: what a daemon has that has run for a while. @returns the bytes of a reply. */
export async function warm(bench: Bench, ...rigs: readonly Rig[]): Promise<number> {
  let bytes = 0;
  for (const rig of rigs) bytes = (await rig.load({ rate: WARM_RATE, seconds: bench.seconds(WARM_SECONDS) })).replyBytes;
  return bytes;
}

/** Resolves when all are in and the daemon has got over it. @param meanwhile may use the time. */
export async function gather(
  bench: Bench,
  orders: readonly CrowdOrder[],
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Helper<Crowd>[]> {
  const crowds: Helper<Crowd>[] = [];
  for (const order of orders) {
    const crowd = new Helper<Crowd>('crowd');
    await crowd.call('connect', order);
    crowds.push(crowd);
  }
  const settledMs = nowMs() + (bench.quick ? QUICK_SETTLE_MS : SETTLE_MS);
  await meanwhile();
  await sleep(Math.max(0, settledMs - nowMs()));
  return crowds;
}

export const IDLE_CLIENTS = 1000;

/** A daemon with a store on tmpfs and 1,000 idle clients, and Mosquitto with the handler and as many: several rows use them. */
export class CrowdedStands {
  readonly diuna: DiunaStand;
  readonly mosquitto: MosquittoStand;
  readonly #crowds: readonly AsyncDisposable[];

  private constructor(diuna: DiunaStand, mosquitto: MosquittoStand, crowds: readonly AsyncDisposable[]) {
    this.diuna = diuna;
    this.mosquitto = mosquitto;
    this.#crowds = crowds;
  }

  static of(bench: Bench): Promise<CrowdedStands> {
    return bench.shared('crowded', async () => {
      const diuna = await DiunaStand.open(bench, { store: 'memory' });
      const mosquitto = await MosquittoStand.open(bench, await warm(bench, diuna.rig));
      const orders = [diuna, mosquitto].map(({ server }) => ({ port: server.port, count: IDLE_CLIENTS, prefix: 'idle', topic: null }));
      const crowds = await gather(bench, orders, () => warm(bench, mosquitto.rig, diuna.rig));
      return new CrowdedStands(diuna, mosquitto, crowds);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [...this.#crowds, this.diuna, this.mosquitto]) await part[Symbol.asyncDispose]();
  }
}
