/**
 * A daemon whose strips are controllers in the network: every frame that leaves it is captured as it came over UDP.
 * Expected values are counted here anew, from published formulas and not by the daemon's own tables.
 */
import { afterAll } from 'vitest';
import { UdpReceiver } from '../renderer/support/udp-receiver.ts';
import type { TestClient } from '../support/client.ts';
import { until } from '../support/until.ts';
import { type Stage, stage } from './stage.ts';

const DDP_HEADER_BYTES = 10;

type Section = Readonly<Record<string, unknown>>;

/** What one strip is sent. */
export class Wire {
  readonly #receiver = new UdpReceiver();
  #port = 0;

  async open(): Promise<void> {
    this.#port = await this.#receiver.listen();
  }

  /** The strip's output, for the config. */
  get output(): Section {
    return { driver: 'ddp', host: '127.0.0.1', port: this.#port };
  }

  /** Frames captured so far. */
  get count(): number {
    return this.#receiver.packets.length;
  }

  /** Data of the frames from the `first` on, a strip of up to 480 LEDs being one packet. */
  since(first: number): Buffer[] {
    return this.#receiver.packets.slice(first).map((packet) => packet.subarray(DDP_HEADER_BYTES));
  }

  get newest(): Buffer {
    return this.#receiver.newest?.subarray(DDP_HEADER_BYTES) ?? Buffer.alloc(0);
  }

  /** Waits until the newest frame has these bytes from byte `at` on, over and over until byte `end`. */
  async shows(bytes: readonly number[], at = 0, end?: number): Promise<void> {
    const found = () => this.newest.subarray(at, end);
    const alike = () => found().length > 0 && found().every((byte, index) => byte === bytes[index % bytes.length]);
    await until(alike, `a frame of ${bytes.join(' ')}`).catch((cause: unknown) => {
      throw new Error(`no frame of ${bytes.join(' ')}; the newest is ${[...found()].join(' ')}`, { cause });
    });
  }

  /** @returns the first frame, from the newest on, that a condition holds for. */
  async frame(what: string, condition: (frame: Buffer) => boolean): Promise<Buffer> {
    let next = Math.max(0, this.count - 1);
    return until(() => {
      const found = this.since(next).find(condition);
      next = this.count;
      return found;
    }, what);
  }

  /** @returns that many frames more, at least. */
  async more(frames: number): Promise<Buffer[]> {
    const first = this.count;
    await until(() => this.count >= first + frames, `${frames} frames`);
    return this.since(first);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver[Symbol.asyncDispose]();
  }
}

export interface LightHouse<Strip extends string> {
  readonly house: Stage;
  readonly wires: Readonly<Record<Strip, Wire>>;
  /** Writes the config anew, with these sections in place of those before, and takes it. */
  readonly reload: (sections: Section) => Promise<void>;
}

/** Call at the top of a test file. @param strips without their outputs. */
export async function lightHouse<Strip extends string>(
  strips: Readonly<Record<Strip, Section>>,
  sections: Section,
): Promise<LightHouse<Strip>> {
  const ids = Object.keys(strips) as Strip[];
  const wires = Object.fromEntries(ids.map((id) => [id, new Wire()])) as Record<Strip, Wire>;
  await Promise.all(ids.map((id) => wires[id].open()));
  const wired = Object.fromEntries(ids.map((id) => [id, { ...strips[id], output: wires[id].output }]));
  let current: Section = { ...sections, strips: wired };
  const house = stage(current);
  afterAll(async () => {
    await Promise.all(ids.map((id) => wires[id][Symbol.asyncDispose]()));
  });
  const reload = async (changed: Section) => {
    current = { ...current, ...changed };
    await house.home.configure(current);
    await house.running.daemon.reload();
  };
  return { house, wires, reload };
}

/** Sends a `zone.set` that must be taken. */
export async function set(client: TestClient, zone: string, fields: Section) {
  const reply = await client.ask({ type: 'zone.set', zone, ...fields });
  if (!reply.ok) throw new Error(reply.error.message);
  return reply;
}

/** Linear light, 0 to 1, of a value that clients send (IEC 61966-2-1). @param value 0 to 255, fractions allowed. */
export function light(value: number): number {
  const level = Math.min(1, Math.max(0, value / 255));
  return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
}

/** The drive, 0 to 255 with fractions, of a value at full brightness. */
export function driveOf(value: number, gamma: number): number {
  return 255 * (value / 255) ** gamma;
}

/** Bytes of one LED at full brightness. */
export function bytesOf(values: readonly number[], gamma: number): number[] {
  return values.map((value) => Math.round(driveOf(value, gamma)));
}

/** What bytes of r, g, b draw by the table of the WS2812B, mA. */
export function drawOf(frame: Buffer): number {
  const per = [16, 11, 15];
  const lit = frame.reduce((sum, byte, at) => sum + (byte * (per[at % 3] ?? 0)) / 255, 0);
  return lit + (frame.length / 3) * 0.7;
}
