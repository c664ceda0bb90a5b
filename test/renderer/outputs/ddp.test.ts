import { describe, expect, it } from 'vitest';
import type { StripFrame } from '../../../src/light/stage.ts';
import { DdpOutput } from '../../../src/renderer/outputs/ddp.ts';
import type { OutputError } from '../../../src/renderer/outputs/output-error.ts';
import { FakeLoopClock } from '../support/fake-clock.ts';
import { UdpReceiver } from '../support/udp-receiver.ts';
import { until } from '../support/until.ts';

function frameOf(leds: number, componentsPerLed: 3 | 4): StripFrame {
  const bytes = Uint8Array.from({ length: leds * componentsPerLed }, (_, index) => (index * 7) % 251);
  return { id: 'main', bytes, preview: () => new Uint8Array(leds * 3), componentsPerLed };
}

function header(packet: Buffer) {
  return {
    flags: packet.readUInt8(0),
    sequence: packet.readUInt8(1),
    type: packet.readUInt8(2),
    destination: packet.readUInt8(3),
    offset: packet.readUInt32BE(4),
    length: packet.readUInt16BE(8),
  };
}

function send(output: DdpOutput, frame: StripFrame): Promise<OutputError | null> {
  return new Promise((resolve) => output.send([frame], resolve));
}

async function openTo(port: number, leds: number, componentsPerLed: 3 | 4 = 3, faults: OutputError[] = [], clock = new FakeLoopClock()) {
  const output = new DdpOutput({ strip: 'main', leds, componentsPerLed, host: '127.0.0.1', port }, clock);
  await output.open(new AbortController().signal, (fault) => faults.push(fault));
  return output;
}

describe('a DDP output', () => {
  it.each([
    { leds: 1, componentsPerLed: 3 as const, lengths: [3] },
    { leds: 480, componentsPerLed: 3 as const, lengths: [1440] },
    { leds: 481, componentsPerLed: 3 as const, lengths: [1440, 3] },
    { leds: 1000, componentsPerLed: 3 as const, lengths: [1440, 1440, 120] },
    { leds: 360, componentsPerLed: 4 as const, lengths: [1440] },
    { leds: 361, componentsPerLed: 4 as const, lengths: [1440, 4] },
  ])('sends $leds LEDs of $componentsPerLed components whole, the last packet with push', async ({ leds, componentsPerLed, lengths }) => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), leds, componentsPerLed);
    const frame = frameOf(leds, componentsPerLed);
    expect(await send(output, frame)).toBeNull();
    await until(() => receiver.packets.length === lengths.length);
    expect(receiver.packets.map(header)).toEqual(
      lengths.map((length, index) => ({
        flags: index === lengths.length - 1 ? 0x41 : 0x40,
        sequence: index + 1,
        type: componentsPerLed === 4 ? 0x1b : 0x0b,
        destination: 1,
        offset: index * 1440,
        length,
      })),
    );
    expect(Buffer.concat(receiver.packets.map((packet) => packet.subarray(10)))).toEqual(Buffer.from(frame.bytes));
    await output.close({ off: false });
  });

  it('counts packets from 1 to 15 and begins again', async () => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), 481);
    for (let frame = 0; frame < 16; frame += 1) await send(output, frameOf(481, 3));
    await until(() => receiver.packets.length === 32);
    expect(receiver.packets.map((packet) => header(packet).sequence)).toEqual(Array.from({ length: 32 }, (_, index) => (index % 15) + 1));
    await output.close({ off: false });
  });

  it('darkens the strip when it closes for good', async () => {
    await using receiver = new UdpReceiver();
    const output = await openTo(await receiver.listen(), 2);
    await send(output, frameOf(2, 3));
    await output.close({ off: true });
    await until(() => receiver.packets.length === 2);
    expect(receiver.newest?.subarray(10)).toEqual(Buffer.alloc(6));
  });

  it('bears that nobody listens for a while, and calls it a fault when it lasts', async () => {
    const clock = new FakeLoopClock();
    const faults: OutputError[] = [];
    const silent = new UdpReceiver();
    const port = await silent.listen();
    await silent[Symbol.asyncDispose]();
    const output = await openTo(port, 1, 3, faults, clock);
    const lasting = async () => {
      const fault = await send(output, frameOf(1, 3));
      await new Promise((resolve) => setTimeout(resolve, 1));
      return fault ?? faults[0];
    };
    for (let round = 0; round < 20; round += 1) expect(await lasting()).toBeUndefined();
    clock.advance(2500);
    let fault: OutputError | undefined;
    while (fault === undefined) fault = await lasting();
    expect(fault).toMatchObject({ code: 'ddp_refused' });
    expect(fault.message).toContain(String(port));
    await output.close({ off: false });
  });

  it('tells a host that does not exist, with a cure', async () => {
    const output = new DdpOutput(
      { strip: 'main', leds: 1, componentsPerLed: 3, host: 'no-such-host.invalid', port: 4048 },
      new FakeLoopClock(),
    );
    await expect(output.open(new AbortController().signal, () => undefined)).rejects.toMatchObject({
      code: 'ddp_unknown_host',
      cure: expect.stringContaining('no-such-host.invalid'),
    });
    await output.close({ off: true });
  });
});
