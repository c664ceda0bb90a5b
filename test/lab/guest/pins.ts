/** Pins of a Pi that nothing is wired to but this: made by the kernel's gpio-sim, moved by their pulls, read like any others. */
import type { Guest } from './guest.ts';

/** What the chip of a Pi 4 is called: by it the daemon finds its pins. */
const PI_4 = 'pinctrl-bcm2711';
const PINS = 54;

export class Pins {
  readonly #guest: Guest;
  /** Of sysfs: one folder a line. */
  readonly #chip: string;

  private constructor(guest: Guest, chip: string) {
    this.#guest = guest;
    this.#chip = chip;
  }

  static async make(guest: Guest, label = PI_4): Promise<Pins> {
    const path = '/sys/kernel/config/gpio-sim/pi';
    const chip = await guest.must(`
      modprobe -a configfs gpio-sim && { mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config; } &&
      mkdir -p ${path}/bank && echo ${label} >${path}/bank/label && echo ${PINS} >${path}/bank/num_lines && echo 1 >${path}/live &&
      echo "/sys/devices/platform/$(cat ${path}/dev_name)/$(cat ${path}/bank/chip_name)"`);
    return new Pins(guest, chip);
  }

  /** @param pins GPIO numbers and where each goes, in this order; `everyMs` passes between two. */
  async move(pins: readonly (readonly [pin: number, level: 0 | 1])[], everyMs = 0): Promise<void> {
    const pause = everyMs === 0 ? '' : `sleep ${everyMs / 1000}; `;
    const moves = pins.map(([pin, level]) => `${pause}echo pull-${level === 1 ? 'up' : 'down'} >${this.#chip}/sim_gpio${pin}/pull`);
    await this.#guest.must(`set -e\n${moves.join('\n')}`);
  }
}
