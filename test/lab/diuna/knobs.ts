/** What a Pi has and Debian alone has not: the rights to pins and input devices; and what is heard of a knob over MQTT. */
import type { TestClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import type { Guest } from '../guest/guest.ts';
import type { Hand, HandOptions } from '../guest/hand.ts';

/** The first line is what docs/knobs.md says, the second is Raspberry Pi OS's for sysfs. */
const RULES = `SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
SUBSYSTEM=="gpio", PROGRAM="/bin/sh -c 'chgrp -R gpio /sys/class/gpio /sys/$devpath && chmod -R g=u /sys/class/gpio /sys/$devpath'"
`;

/** Before the pins are made. */
export async function allowKnobs(guest: Guest): Promise<void> {
  await guest.copyIn(Buffer.from(RULES), '/etc/udev/rules.d/60-gpio.rules');
  await guest.must('groupadd -f --system gpio && usermod -aG gpio,input diuna && udevadm control --reload && udevadm trigger');
}

export interface ZoneChange {
  readonly source: string;
  readonly origin: string | null;
  readonly trigger: string | null;
  readonly seq: number;
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
}

/** Of 20 ms, a press that waits for a second one, and an emulated processor. */
const HEARD_MS = 20_000;
const TRY_MS = 1500;
const TRIES = 20;

export class KnobEar {
  readonly #client: TestClient;
  readonly #knob: string;
  /** What was heard before is of another turn. */
  #from = 0;

  private constructor(client: TestClient, knob: string) {
    this.#client = client;
    this.#knob = knob;
  }

  static async listen(client: TestClient, knob: string): Promise<KnobEar> {
    await client.mqtt.subscribeAsync(['diuna/event/#'], { qos: 1 });
    return new KnobEar(client, knob);
  }

  forget(): void {
    this.#from = this.#client.heard.length;
  }

  /** Turns to and fro until it is heard: nobody tells when a knob is open. */
  async untilOpen(hand: Hand, options: HandOptions = {}): Promise<void> {
    for (let count = 0; count < TRIES; count += 1) {
      this.forget();
      await hand.move(['+1', 'wait:100', '-1'], options);
      const heard = await until(() => this.moves().length >= 2, 'it', TRY_MS).catch(() => false);
      if (heard) return this.forget();
    }
    throw new Error(`the knob was not heard: ${JSON.stringify(this.#client.heard.slice(-5))}`);
  }

  /** Detents of each event. */
  moves(held = false): number[] {
    return this.#events(`knob/${this.#knob}/rotated`)
      .filter(({ payload }) => payload.held === held)
      .map(({ payload }) => payload.detents);
  }

  sum(held = false): number {
    return this.moves(held).reduce((sum, detents) => sum + detents, 0);
  }

  async untilSum(detents: number, held = false): Promise<void> {
    await until(() => this.sum(held) === detents, `${detents} detents`, HEARD_MS).catch(() => undefined); // the case tells it better
  }

  /** All but turns, by their names. */
  gestures(): string[] {
    return this.#events(`knob/${this.#knob}/`)
      .map(({ type }) => type.slice('knob.'.length))
      .filter((name) => name !== 'rotated');
  }

  async untilGesture(name: string, count = 1): Promise<void> {
    await until(() => this.gestures().filter((each) => each === name).length >= count, `${name}`, HEARD_MS);
  }

  /** Changes of zones are told once they are durable, a knob's own events at once. */
  async untilChanges(zone: string, count: number): Promise<ZoneChange[]> {
    await until(() => this.changes(zone).length >= count, `${count} changes of ${zone}`, HEARD_MS);
    return this.changes(zone);
  }

  system(name: string): Record<string, unknown>[] {
    return this.#events(`system/${name}`).map(({ payload }) => payload);
  }

  changes(zone: string): ZoneChange[] {
    return this.#events(`zone/${zone}/state_changed`).map(({ source, origin, trigger, seq, payload }) => {
      return { source, origin, trigger, seq, from: payload.previous, to: payload.state };
    });
  }

  #events(topic: string) {
    const found = this.#client.heard.slice(this.#from).filter((heard) => heard.topic.startsWith(`diuna/event/${topic}`));
    return found.map(({ payload }) => JSON.parse(payload));
  }
}
