/** A hand on knobs in the guest (tools/hand.c): turns and presses by the contacts of an encoder, bouncing, or by input devices. */
import * as z from 'zod';
import { compiled } from '../prepare/tools.ts';
import type { Guest } from './guest.ts';
import type { Pins } from './pins.ts';

/** Detents, clockwise positive, or what the button does; `wait:` milliseconds. */
export type Move = `${'+' | '-'}${number}` | 'down' | 'up' | `wait:${number}`;

export interface HandOptions {
  /** Detents a second while it turns. */
  readonly rate?: number;
  /** Changes of the two lines from one detent to the next. */
  readonly steps?: 1 | 2 | 4;
  /** How often a contact opens and closes again at an edge, at most. */
  readonly bounces?: number;
  /** It does not wait for the processor to be idle. */
  readonly urgent?: boolean;
}

const turnedSchema = z.object({
  turned: z.number(),
  us: z.number(),
  /** Of a pin, or of a device's events. */
  writes: z.number(),
  /** When each detent was made, by CLOCK_MONOTONIC. */
  at_us: z.array(z.number()),
});
export type Turned = z.infer<typeof turnedSchema>;

const SECONDS = 200;
const DEVICE_SECONDS = 10;
const PATH = '/usr/local/bin/hand';
export const KNOB_PINS = { clk: 17, dt: 27, switch: 22 } as const;
/** Names as of Raspberry Pi's overlays: what the kernel calls the devices changes from one time to the next. */
export const KNOB_DEVICES = { device: 'platform-rotary@11-event', switch_device: 'platform-button@16-event' } as const;
const kinds = { [KNOB_DEVICES.device]: 'rel', [KNOB_DEVICES.switch_device]: 'key' } as const;

export class Hand {
  readonly #guest: Guest;
  /** What it is on. */
  readonly #words: readonly string[];

  private constructor(guest: Guest, words: readonly string[]) {
    this.#guest = guest;
    this.#words = words;
  }

  /** On an encoder that is at rest, with contacts to ground. */
  static async onPins(guest: Guest, pins: Pins): Promise<Hand> {
    await copyIn(guest);
    const lines = Object.values(KNOB_PINS);
    await pins.move(lines.map((line) => [line, 1] as const));
    return new Hand(guest, ['pins', pins.folder, ...lines.map(String)]);
  }

  /** On devices, which it makes. */
  static async onDevices(guest: Guest): Promise<Hand> {
    await copyIn(guest);
    await guest.must('modprobe -a uinput evdev');
    const rule = `SUBSYSTEM=="input", KERNEL=="event*", ATTRS{name}=="platform-*", SYMLINK+="input/by-path/$attr{name}"\n`;
    await guest.copyIn(Buffer.from(rule), '/etc/udev/rules.d/90-lab.rules');
    await guest.must('udevadm control --reload');
    await plugIn(guest);
    return new Hand(guest, ['input', ...Object.values(KNOB_DEVICES).map((name) => `/dev/input/by-path/${name}`)]);
  }

  /** The whole command, for who wants to have it run at another time. */
  command(moves: readonly Move[], { rate = 100, steps = 4, bounces = 0, urgent = false }: HandOptions = {}): string {
    const options = ['-t', '-r', rate, '-s', steps, '-b', bounces, ...(urgent ? ['-u'] : [])];
    return [PATH, ...options, ...this.#words, ...moves].join(' ');
  }

  /** @returns what each turn came to. */
  async move(moves: readonly Move[], options: HandOptions = {}): Promise<Turned[]> {
    const lines = await this.#guest.must(this.command(moves, options), { seconds: SECONDS });
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => turnedSchema.parse(JSON.parse(line)));
  }
}

/**
 * The guest goes on with one processor. Of two that are emulated the host may hold one still for long, and what turns the
 * knob would run ahead of the kernel that notices it, as no hand can. And sessions are not made equal: the hand is to come
 * after everybody (hand.c).
 */
async function copyIn(guest: Guest): Promise<void> {
  await guest.copyIn(await compiled('hand'), PATH);
  await guest.must(`chmod 755 ${PATH} && echo 0 >/sys/devices/system/cpu/cpu1/online && echo 0 >/proc/sys/kernel/sched_autogroup_enabled`);
}

export async function plugIn(guest: Guest): Promise<void> {
  for (const [name, kind] of Object.entries(kinds)) {
    await guest.must(`systemd-run --quiet --collect --unit "$(systemd-escape ${name})" ${PATH} device ${name} ${kind}`);
    await guest.must(`until [ -e /dev/input/by-path/${name} ]; do udevadm settle; done`, { seconds: DEVICE_SECONDS });
  }
}

export async function unplug(guest: Guest): Promise<void> {
  for (const name of Object.keys(kinds)) await guest.must(`systemctl stop "$(systemd-escape ${name})"`);
}
