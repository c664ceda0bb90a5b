/** What can be in the way of GPIO by gpiomon, read from what it says, and what a person can do about it. */
import { closedByUnit } from './closed-by-unit.ts';
import type { ChipListed } from './gpio-tools.ts';
import { InputError } from './knob-driver.ts';
import type { ToolResult } from './reader-process.ts';

/** Not lasting: once it is installed the knob works. */
export function toolFault(program: string, result: ToolResult): InputError {
  if (result.code === 'ENOENT' || result.code === 'EACCES') {
    const cure = 'Install the package gpiod: "sudo apt install gpiod".';
    return new InputError('gpio_tool_missing', `there is no program ${program} to run`, cure, { cause: result.cause });
  }
  return saidFault(program, result.stderr || `it ended with ${result.code}`, result.cause);
}

export function toolUnknown(said: string): InputError {
  const first = said.split('\n')[0]?.slice(0, 100) ?? '';
  const cure = 'Install the package gpiod of Debian, version 1.6 or 2.';
  return new InputError('gpio_tool_unknown', `gpiomon is of no version that is known: ${first}`, cure);
}

/** Not lasting: a chip may come a little after boot. */
export function noChip(wanted: readonly string[], there: readonly ChipListed[]): InputError {
  const others =
    there.length === 0 ? 'there is none at all' : `there are ${there.map(({ name, label }) => `${name} (${label})`).join(', ')}`;
  const cure = 'Name the chip of the pins by its label, as "gpiodetect" shows it: chip: <label>.';
  return new InputError('gpio_no_chip', `no GPIO chip is labelled ${wanted.join(' or ')}: ${others}`, cure);
}

export function noLine(pin: number, chip: ChipListed): InputError {
  const cure = 'Correct the pin in the configuration: pins are BCM numbers, not those of the plug.';
  return new InputError('gpio_no_line', `${chip.label} has ${chip.lines} lines: there is no GPIO ${pin}`, cure, { lasting: true });
}

/** @param said in English, as these programs run with LC_ALL=C. */
export function saidFault(program: string, said: string, cause?: unknown): InputError {
  const text = said.slice(0, 300);
  if (/resource busy/i.test(said)) {
    const cure =
      'See with "gpioinfo" who has the lines: an overlay in config.txt (rotary-encoder, gpio-key, w1-gpio, …), another program, or the gpiomon of a diuna that was killed, which goes when the knob is turned.';
    return new InputError('gpio_busy', `a line is in use by something else (${text})`, cure, { cause });
  }
  if (/not permitted/i.test(said)) {
    const message = `the service may not open GPIO (${text})`;
    return new InputError('gpio_no_permission', message, closedByUnit('char-gpiochip rw'), { cause });
  }
  if (/permission denied/i.test(said)) {
    const cure = 'Let the user that diuna runs as use GPIO: "sudo usermod -aG gpio <user>", then restart diuna.';
    return new InputError('gpio_no_permission', `no permission to use GPIO (${text})`, cure, { cause });
  }
  if (/cannot find GPIO chip|no such (file|device)/i.test(said)) {
    const cure = 'Name a chip that "gpiodetect" shows, by its label or path, in chip.';
    return new InputError('gpio_no_chip', `there is no such GPIO chip (${text})`, cure, { cause });
  }
  if (/cannot find line|out of range|invalid argument/i.test(said)) {
    const cure =
      'Correct pin and chip in the configuration: "gpioinfo" shows which lines there are. Or gpiod is of version 1.6, and the kernel so new that it needs version 2.';
    return new InputError('gpio_no_line', `a line is not there, or cannot be an input (${text})`, cure, { cause });
  }
  return new InputError('gpio_failed', `${program} failed: ${text}`, 'Run "gpioinfo" to see what it says of the lines.', { cause });
}

export function strangeOutput(text: string): InputError {
  const cure = 'Is gpiomon the one of the package gpiod? Report this as a bug where it is.';
  return new InputError('gpio_unreadable', `gpiomon wrote what cannot be read: ${JSON.stringify(text)}`, cure);
}
