import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StripFrame } from '../../../src/light/stage.ts';
import { cidOf, type E131Options, E131Output, groupOf } from '../../../src/renderer/outputs/e131.ts';
import type { OutputError } from '../../../src/renderer/outputs/output-error.ts';
import { readE131 } from '../support/e131-receiver.ts';
import { FakeLoopClock } from '../support/fake-clock.ts';
import { UdpReceiver } from '../support/udp-receiver.ts';
import { until } from '../support/until.ts';

const TERMINATED = 0x40;

function outputOf(port: number, more: Partial<E131Options> = {}, clock = new FakeLoopClock()): E131Output {
  return new E131Output(
    {
      ...{ strip: 'main', leds: 1, componentsPerLed: 3, host: '127.0.0.1', port, universe: 1, priority: 100 },
      ...{ source: 'diuna main', interface: null, hostname: 'pi' },
      ...more,
    },
    clock,
  );
}

async function openTo(port: number, more: Partial<E131Options> = {}, clock = new FakeLoopClock(), faults: OutputError[] = []) {
  const output = outputOf(port, more, clock);
  await output.open(new AbortController().signal, (fault) => faults.push(fault));
  return output;
}

function send(output: E131Output, bytes: Uint8Array, componentsPerLed: 3 | 4 = 3): Promise<OutputError | null> {
  const frame: StripFrame = { id: 'main', bytes, preview: () => new Uint8Array(0), componentsPerLed };
  return new Promise((resolve) => output.send([frame], resolve));
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7 + 1) % 251);

/** The next so many packets, read. */
async function packets(receiver: UdpReceiver, count: number) {
  await until(() => receiver.packets.length >= count);
  return receiver.packets.splice(0).map((packet) => readE131(packet));
}

describe('an E1.31 output', () => {
  it.each([
    { leds: 1, componentsPerLed: 3 as const, slots: [3] },
    { leds: 170, componentsPerLed: 3 as const, slots: [510] },
    { leds: 171, componentsPerLed: 3 as const, slots: [510, 3] },
    { leds: 128, componentsPerLed: 4 as const, slots: [512] },
    { leds: 300, componentsPerLed: 4 as const, slots: [512, 512, 176] },
  ])('sends $leds LEDs of $componentsPerLed components in whole LEDs a universe', async ({ leds, componentsPerLed, slots }) => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), { leds, componentsPerLed, universe: 7, priority: 150 });
    const bytes = pattern(leds * componentsPerLed);
    expect(await send(output, bytes, componentsPerLed)).toBeNull();
    const got = await packets(receiver, slots.length);
    expect(got.map((packet) => packet.slots.length)).toEqual(slots);
    expect(got.map(({ universe }) => universe)).toEqual(slots.map((_, index) => 7 + index));
    for (const packet of got) expect(packet).toMatchObject({ source: 'diuna main', priority: 150, synchronization: 0, options: 0 });
    expect(Buffer.concat(got.map((packet) => packet.slots))).toEqual(Buffer.from(bytes));
    await output.close({ off: false });
  });

  it('brings all LEDs, however many', async () => {
    await using receiver = new UdpReceiver();
    const port = await receiver.listen();
    const chain = fc.tuple(fc.integer({ min: 1, max: 1500 }), fc.constantFrom(3 as const, 4 as const), fc.integer({ min: 1, max: 63_000 }));
    const bring = async ([leds, componentsPerLed, universe]: [number, 3 | 4, number]) => {
      const output = await openTo(port, { leds, componentsPerLed, universe });
      const bytes = pattern(leds * componentsPerLed);
      await send(output, bytes, componentsPerLed);
      const got = await packets(receiver, Math.ceil(leds / (componentsPerLed === 3 ? 170 : 128)));
      const byUniverse = got.toSorted((a, b) => a.universe - b.universe);
      expect(byUniverse[0]?.universe).toBe(universe);
      expect(byUniverse.every((packet) => packet.slots.length % componentsPerLed === 0)).toBe(true);
      expect(Buffer.concat(byUniverse.map(({ slots }) => slots))).toEqual(Buffer.from(bytes));
      await output.close({ off: false });
      await packets(receiver, 3 * got.length);
    };
    await fc.assert(fc.asyncProperty(chain, bring), { numRuns: 30 });
  });

  it('numbers the packets of each universe, from 255 on to 0', async () => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), { leds: 171 });
    const sequences: number[][] = [[], []];
    for (let round = 0; round < 300; round += 1) {
      await send(output, new Uint8Array(513).fill(round & 255));
      for (const { universe, sequence } of await packets(receiver, 2)) sequences[universe - 1]?.push(sequence);
    }
    const wanted = Array.from({ length: 300 }, (_, round) => round & 255);
    expect(sequences).toEqual([wanted, wanted]);
    await output.close({ off: false });
  });

  it('says three times that a stream has ended, dark before where it shall be', async () => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), { leds: 171 });
    await send(output, pattern(513));
    await packets(receiver, 2);
    await output.close({ off: true });
    const got = await packets(receiver, 8);
    expect(got.map(({ options }) => options)).toEqual([0, 0, ...Array<number>(6).fill(TERMINATED)]);
    expect(got.slice(0, 2).every(({ slots }) => slots.every((slot) => slot === 0))).toBe(true);
    await output.close({ off: true });
    expect(receiver.packets).toEqual([]);
  });

  it('begins anew after it was closed', async () => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen());
    await output.close({ off: false });
    await packets(receiver, 3);
    await output.open(new AbortController().signal, () => undefined);
    await send(output, Uint8Array.of(1, 2, 3));
    expect((await packets(receiver, 1))[0]).toMatchObject({ options: 0, sequence: 3 });
    await output.close({ off: false });
  });

  it('sends a picture three times, then tells it each 0.9 s while it is still', async () => {
    await using receiver = new UdpReceiver();
    const clock = new FakeLoopClock();
    const output = await openTo(await receiver.listen(), {}, clock);
    expect(output.refreshMs).toBe(900);
    await send(output, Uint8Array.of(1, 2, 3));
    const got = await packets(receiver, 1);
    clock.advance(40); // it may be on the move
    for (let round = 0; round < 2; round += 1) {
      clock.advance(40);
      got.push(...(await packets(receiver, 1)));
    }
    expect(got.map(({ sequence, slots }) => [sequence, ...slots])).toEqual([
      [0, 1, 2, 3],
      [1, 1, 2, 3],
      [2, 1, 2, 3],
    ]);
    expect(clock.pending).toBe(0);
    await send(output, Uint8Array.of(1, 2, 3)); // as the loop refreshes it
    expect(await packets(receiver, 1)).toMatchObject([{ sequence: 3 }]);
    expect(clock.pending).toBe(0);
    await output.close({ off: false });
  });

  it('repeats nothing while pictures change', async () => {
    await using receiver = new UdpReceiver();
    const clock = new FakeLoopClock();
    const output = await openTo(await receiver.listen(), {}, clock);
    for (let round = 0; round < 50; round += 1) {
      await send(output, Uint8Array.of(round, 0, 0));
      clock.advance(16);
    }
    const got = await packets(receiver, 50);
    expect(got.map(({ slots }) => slots[0])).toEqual(Array.from({ length: 50 }, (_, round) => round));
    await output.close({ off: false });
    expect(clock.pending).toBe(0);
  });

  it('sends each universe to its multicast group where there is no host', async () => {
    expect([groupOf(1), groupOf(256), groupOf(63_999)]).toEqual(['239.255.0.1', '239.255.1.0', '239.255.249.255']);
    await using receiver = new GroupReceiver();
    const port = await receiver.join(['239.255.0.255', '239.255.1.0']);
    const output = await openTo(port, { host: null, interface: '127.0.0.1', leds: 171, universe: 255 });
    expect(await send(output, pattern(513))).toBeNull();
    await until(() => receiver.packets.length === 2);
    expect(receiver.packets.map((packet) => readE131(packet).universe)).toEqual([255, 256]);
    await output.close({ off: false });
  });

  it('is one and the same source as long as strip and machine are', async () => {
    await using receiver = new UdpReceiver();
    const port = await receiver.listen();
    const cids: string[] = [];
    for (const [strip, hostname] of [
      ['main', 'pi'],
      ['main', 'pi'],
      ['side', 'pi'],
      ['main', 'attic'],
    ]) {
      const output = await openTo(port, { strip: strip ?? '', hostname: hostname ?? '' });
      await send(output, Uint8Array.of(1, 2, 3));
      cids.push((await packets(receiver, 1))[0]?.cid ?? '');
      await output.close({ off: false });
      await packets(receiver, 3);
    }
    expect(cids[0]).toBe(Buffer.from(cidOf('main', 'pi')).toString('hex'));
    expect(cids[1]).toBe(cids[0]);
    expect(new Set(cids).size).toBe(3);
    for (const cid of cids) expect(cid).toMatch(/^.{12}5.{3}[89ab].{15}$/); // a UUID of version 5
  });

  it('calls it a fault where nobody listens for long, and where there is no such host', async () => {
    const clock = new FakeLoopClock();
    const faults: OutputError[] = [];
    const silent = new UdpReceiver();
    const port = await silent.listen();
    await silent[Symbol.asyncDispose]();
    const output = await openTo(port, {}, clock, faults);
    const told = async () => (await send(output, Uint8Array.of(1, 2, 3))) ?? faults[0];
    let rounds = 0;
    let fault = await told();
    for (; fault === undefined; fault = await told()) {
      clock.advance(100);
      rounds += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rounds).toBeGreaterThan(5);
    expect(fault).toMatchObject({ code: 'e131_refused', cure: expect.stringContaining('E1.31') });
    await output.close({ off: false });
    const lost = outputOf(5568, { host: 'no-such-host.invalid' });
    await expect(lost.open(new AbortController().signal, () => undefined)).rejects.toMatchObject({ code: 'e131_unknown_host' });
    await lost.close({ off: true });
  });

  it('leaves no socket behind where there was no way to the host', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => /UDP/.test(name)).length;
    const before = sockets();
    // Who may not broadcast is told so at once, as where there is no network.
    const output = outputOf(5568, { host: '255.255.255.255' });
    await expect(output.open(new AbortController().signal, () => undefined)).rejects.toMatchObject({ code: 'e131_unreachable' });
    await output.close({ off: true });
    await until(() => sockets() <= before);
  });

  it('tells an interface that is not there', async () => {
    const output = outputOf(5568, { host: null, interface: 'none' });
    await expect(output.open(new AbortController().signal, () => undefined)).rejects.toMatchObject({ code: 'e131_unreachable' });
    await output.close({ off: false });
  });
});

/** A socket on loopback that is in multicast groups. */
class GroupReceiver {
  readonly packets: Buffer[] = [];
  readonly #socket = createSocket('udp4');

  async join(groups: readonly string[]): Promise<number> {
    this.#socket.on('message', (packet) => this.packets.push(packet));
    await new Promise<void>((resolve) => this.#socket.bind(0, resolve));
    for (const group of groups) this.#socket.addMembership(group, '127.0.0.1');
    return this.#socket.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
