/**
 * How long a knob's edge takes to its event, in a client, and to the first frame that shows it, at the other end of a
 * network strip; all by one clock of the guest. On an emulated processor only their order means something.
 */
import { afterAll, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { until } from '../../support/until.ts';
import { LOGIN } from '../diuna/config.ts';
import { allowKnobs, KnobEar } from '../diuna/knobs.ts';
import { Hand, KNOB_DEVICES, KNOB_PINS, type Move } from '../guest/hand.ts';
import { Pins } from '../guest/pins.ts';
import { bundled } from '../prepare/tools.ts';
import { connect, machine } from '../stage.ts';

const SAMPLES = 200;
const DDP_PORT = 4048;
/** Longer than the 100 ms that a turn fades for, and never in step with frames. */
const PAUSES_MS = [311, 353, 397, 337, 371];
const CASE_MS = 400_000;
const heardSchema = z.object({
  events: z.array(z.object({ us: z.number(), detents: z.number() })),
  frames: z.array(z.number()),
});

interface Figures {
  readonly driver: string;
  readonly eventsMs: readonly number[];
  readonly framesMs: readonly number[];
  readonly lost: number;
}

const rows: Figures[] = [];

afterAll(() => {
  const { name } = inject('lab').base.accelerator;
  console.log(
    `ms from a detent's edge (${name === 'kvm' ? 'KVM' : 'emulated'}, ${SAMPLES} each)      p50      p99   not before the next edge; lost`,
  );
  for (const { driver, eventsMs, framesMs, lost } of rows) {
    console.log(`  ${driver.padEnd(6)} to its event in a client           ${columns(eventsMs)}   ${SAMPLES - eventsMs.length}; ${lost}`);
    console.log(`  ${driver.padEnd(6)} to the first frame that shows it   ${columns(framesMs)}   ${SAMPLES - framesMs.length}`);
  }
});

it.each(['onoff', 'gpio', 'evdev'] as const)(
  'from an edge to its event and its frame, read by %s',
  async (driver) => {
    const where = driver === 'evdev' ? KNOB_DEVICES : KNOB_PINS;
    const { guest, service } = await machine({
      strips: { main: { length: 60, output: { driver: 'ddp', host: '127.0.0.1', port: DDP_PORT } } },
      knobs: { desk: { driver, ...where, zone: 'floor', rotate: { step: 64 } } },
    });
    await allowKnobs(guest);
    const hand = driver === 'evdev' ? await Hand.onDevices(guest) : await Hand.onPins(guest, await Pins.make(guest));
    await guest.copyIn(Buffer.from(await bundled('listen.ts')), '/opt/listen.mjs');
    await service.start();
    const phone = await connect(guest, 'phone');
    const ear = await KnobEar.listen(phone, 'desk');
    await phone.ask({ type: 'zone.set', zone: 'floor', state: 'ON', brightness: 128, color: '#ffffff' });
    await ear.untilOpen(hand);
    const listening = `/usr/local/bin/node /opt/listen.mjs ${LOGIN.username} ${LOGIN.password} ${DDP_PORT}`;
    await guest.must(
      `systemd-run --quiet --collect --unit listen -p StandardOutput=file:/run/heard -p StandardError=file:/run/listens ${listening}`,
    );
    await guest.must('until grep -q listening /run/listens; do sleep 0.2; done', { seconds: 60 });

    const moves = Array.from({ length: SAMPLES }, (_, index): Move[] => [
      index % 2 === 0 ? '+1' : '-1',
      `wait:${PAUSES_MS[index % PAUSES_MS.length] ?? 0}`,
    ]).flat();
    const edgesUs = (await hand.move(moves, { rate: 50 })).flatMap(({ at_us }) => at_us);
    await until(() => ear.moves().length >= SAMPLES, 'all events').catch(() => undefined);
    await guest.must('systemctl stop listen');
    const heard = heardSchema.parse(JSON.parse((await guest.copyOut('/run/heard')).toString()));
    const events = heard.events.filter(({ us }) => us >= (edgesUs[0] ?? 0));
    rows.push({
      driver,
      eventsMs: delays(
        edgesUs,
        events.map(({ us }) => us),
      ),
      framesMs: delays(edgesUs, heard.frames),
      lost: SAMPLES - events.reduce((sum, { detents }) => sum + Math.abs(detents), 0),
    });
    expect(edgesUs).toHaveLength(SAMPLES);
    expect(events.map(({ detents }) => detents)).toEqual(edgesUs.map((_, index) => (index % 2 === 0 ? 1 : -1)));
  },
  CASE_MS,
);

/** Of each edge what comes next, before the edge after it. */
function delays(edgesUs: readonly number[], heardUs: readonly number[]): number[] {
  return edgesUs.flatMap((edgeUs, index) => {
    const next = heardUs.find((us) => us >= edgeUs);
    return next === undefined || next >= (edgesUs[index + 1] ?? Number.POSITIVE_INFINITY) ? [] : [(next - edgeUs) / 1000];
  });
}

function columns(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const share = (part: number) => (sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN).toFixed(1).padStart(8);
  return `${share(0.5)} ${share(0.99)}`;
}
