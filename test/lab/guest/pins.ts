/** Pins of a Pi that nothing is wired to but this: made by the kernel's gpio-sim, moved by their pulls, read like any others. */
import type { Guest } from './guest.ts';

/** What the chip of a Pi 4 is called: by it the daemon finds its pins. */
const PI_4 = 'pinctrl-bcm2711';
const PINS = 54;
const PATH = '/sys/kernel/config/gpio-sim/pi';
/** For bash; prints the folder. Where they are there already it changes nothing. */
export const MAKING = `set -e
modprobe -a configfs gpio-sim
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
mkdir -p ${PATH}/bank
[ "$(cat ${PATH}/live)" = 1 ] || { echo ${PI_4} >${PATH}/bank/label; echo ${PINS} >${PATH}/bank/num_lines; echo 1 >${PATH}/live; }
echo "/sys/devices/platform/$(cat ${PATH}/dev_name)/$(cat ${PATH}/bank/chip_name)"`;

export class Pins {
  readonly #guest: Guest;
  /** Of sysfs: one folder a line. */
  readonly folder: string;

  private constructor(guest: Guest, folder: string) {
    this.#guest = guest;
    this.folder = folder;
  }

  static async make(guest: Guest): Promise<Pins> {
    return new Pins(guest, await guest.must(MAKING));
  }

  /** @param pins GPIO numbers and where each goes, in this order; `everyMs` passes between two. */
  async move(pins: readonly (readonly [pin: number, level: 0 | 1])[], everyMs = 0): Promise<void> {
    const pause = everyMs === 0 ? '' : `sleep ${everyMs / 1000}; `;
    const moves = pins.map(([pin, level]) => `${pause}echo pull-${level === 1 ? 'up' : 'down'} >${this.folder}/sim_gpio${pin}/pull`);
    await this.#guest.must(`set -e\n${moves.join('\n')}`);
  }
}
