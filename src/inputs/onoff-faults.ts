/** What can be in the way of GPIO by sysfs, and what a person can do about it. */
import { errorCode } from '../base/error-code.ts';
import { InputError } from './knob-driver.ts';

const OTHER_DRIVER = 'use driver: gpio with the package gpiod (sudo apt install gpiod)';

export function noSysfs(path: string): InputError {
  const cure = `This kernel was built without it: ${OTHER_DRIVER}.`;
  return new InputError('onoff_no_sysfs', `there is no ${path}, which onoff works by`, cure, { lasting: true });
}

/** Not lasting: a chip may come a little after boot. */
export function noChip(wanted: readonly string[], there: readonly string[]): InputError {
  const others = there.length === 0 ? 'there is none at all' : `there are ${there.join(', ')}`;
  const cure = 'Name the chip of the pins by its label, as "gpiodetect" shows it: chip: <label>.';
  return new InputError('onoff_no_chip', `no GPIO chip is labelled ${wanted.join(' or ')}: ${others}`, cure);
}

export function noLine(pin: number, label: string, lines: number): InputError {
  const cure = 'Correct the pin in the configuration: pins are BCM numbers, not those of the plug.';
  return new InputError('onoff_no_line', `${label} has ${lines} lines: there is no GPIO ${pin}`, cure, { lasting: true });
}

/** Not lasting: at boot udev may come later than we do. */
export function noPermission(path: string, cause: unknown): InputError {
  const cure = `Let the user that diuna runs as use GPIO: "sudo usermod -aG gpio <user>", then restart diuna; or ${OTHER_DRIVER}.`;
  return new InputError('onoff_no_permission', `no permission to use ${path}`, cure, { cause });
}

export function noInterrupt(pin: number): InputError {
  return new InputError('onoff_no_interrupt', `GPIO ${pin} cannot tell when it changes`, 'Use another pin.', { lasting: true });
}

export function notSet(pin: number, wrong: string): InputError {
  const cure = `Another program uses this line: end it, or ${OTHER_DRIVER}.`;
  return new InputError('onoff_not_set', `GPIO ${pin} was exported already and cannot be set up: ${wrong}`, cure);
}

/** Of whatever the system or the package said while a line was taken or read. */
export function lineFault(cause: unknown, pin: number, path: string): InputError {
  if (cause instanceof InputError) return cause;
  const code = errorCode(cause);
  if (code === 'EACCES' || code === 'EPERM') return noPermission(path, cause);
  if (code === 'EROFS') {
    const cure = `A unit with ProtectKernelTunables needs "ReadWritePaths=-/sys/class/gpio -/sys/devices/platform", too; or ${OTHER_DRIVER}.`;
    return new InputError('onoff_read_only', `${path} may only be read here`, cure, { cause, lasting: true });
  }
  if (code === 'EBUSY') {
    const cure = 'See with "gpioinfo" who has it: an overlay in config.txt (rotary-encoder, gpio-key, w1-gpio, …), or another program.';
    return new InputError('onoff_busy', `GPIO ${pin} is in use by something else`, cure, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  return new InputError('onoff_failed', `cannot use GPIO ${pin}: ${said}`, `Look with "gpioinfo" what the line is; or ${OTHER_DRIVER}.`, {
    cause,
  });
}
