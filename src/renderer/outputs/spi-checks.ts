/** What may be in the way of an SPI output, and what helps: no device, no rights, and frames that are too long for it. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { LastingOutputError, OutputError } from './output-error.ts';
import type { SpiTransfer } from './spi-addon.ts';
import type { SpiWire } from './spi-wire.ts';

/** spidev's own, where nothing else is said. */
const USUAL_BUFSIZ = 4096;
/** The length register of a BCM2835 has 16 bits: its driver parts longer transfers (spi-bcm2835.c). */
const LONGEST_BYTES = 65_532;

export type SpiState = 'ready' | 'missing' | 'denied';

export function spiState(device: string, machine: Machine): SpiState {
  try {
    accessSync(join(machine.root, device), constants.R_OK | constants.W_OK);
    return 'ready';
  } catch (cause) {
    return ['EACCES', 'EPERM'].includes(codeOf(cause)) ? 'denied' : 'missing';
  }
}

/** @throws OutputError */
export function checkSpi(device: string, machine: Machine): void {
  const state = spiState(device, machine);
  if (state === 'denied') throw denied(device);
  if (state === 'missing') throw missing(device, machine);
}

/** What a device answered. */
export function spiFault(doing: 'open' | 'transfer', device: string, machine: Machine, cause: Error): OutputError {
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return missing(device, machine, cause);
    case 'EACCES':
      return denied(device, cause);
    case 'EPERM':
      return kept(device, cause);
    case 'EBUSY':
      return new OutputError('spi_busy', `something else uses ${device}`, `End it; "sudo fuser -v ${device}" names it.`, cause);
    default: {
      const cure = 'Look at the kernel log (dmesg); on a Pi 3 or 4 fix the core clock: core_freq in /boot/firmware/config.txt.';
      return new OutputError(`spi_${doing}`, `cannot ${doing === 'open' ? 'open' : 'send to'} ${device}: ${cause.message}`, cure, cause);
    }
  }
}

/**
 * A frame as transfers that the kernel takes, each a message of its own.
 * @throws OutputError where it is too long: of a WS281x's frame every pause would make the LEDs begin anew.
 */
export function cut({ bytes, whole }: SpiWire, machine: Machine): readonly (readonly SpiTransfer[])[] {
  const bufsiz = readBufsiz(machine);
  if (whole && bytes.length > LONGEST_BYTES) {
    const message = `a frame has ${bytes.length} bytes, more than the ${LONGEST_BYTES} that SPI sends without a pause`;
    throw new LastingOutputError('spi_too_long', message, 'Make the strip shorter, and give the rest to another output.');
  }
  if (whole && bytes.length > bufsiz) throw tooLong(bytes.length, bufsiz);
  const most = Math.min(bufsiz, LONGEST_BYTES);
  const messages: SpiTransfer[][] = [];
  for (let at = 0; at < bytes.length; at += most) {
    const sendBuffer = bytes.subarray(at, at + most);
    messages.push([{ byteLength: sendBuffer.length, sendBuffer }]);
  }
  return messages;
}

function tooLong(bytes: number, bufsiz: number): OutputError {
  const enough = 2 ** Math.ceil(Math.log2(bytes));
  const cure = `Append " spidev.bufsiz=${enough}" to the one line of /boot/firmware/cmdline.txt, and restart the Pi.`;
  return new LastingOutputError('spi_too_long', `a frame has ${bytes} bytes, and spidev takes ${bufsiz} (spidev.bufsiz)`, cure);
}

function readBufsiz(machine: Machine): number {
  try {
    const bufsiz = Number.parseInt(readFileSync(join(machine.root, 'sys/module/spidev/parameters/bufsiz'), 'utf8'), 10);
    return bufsiz > 0 ? bufsiz : USUAL_BUFSIZ;
  } catch {
    return USUAL_BUFSIZ; // of a kernel that does not tell
  }
}

function missing(device: string, machine: Machine, cause?: unknown): OutputError {
  const others = devices(machine);
  const there = others.length === 0 ? 'SPI is off' : `there is ${others.join(', ')}`;
  const bus = /spidev(\d+)/.exec(device)?.[1] ?? '0';
  const line = bus === '0' ? 'dtparam=spi=on' : `dtoverlay=spi${bus}-1cs`;
  const cure = `Put ${line} into /boot/firmware/config.txt and restart the Pi; off a Pi use the driver ddp, e131 or simulated.`;
  return new OutputError('spi_off', `there is no ${device}: ${there}`, cure, cause);
}

function denied(device: string, cause?: unknown): OutputError {
  const cure = 'Add the user that diuna runs as to the group spi (sudo usermod -aG spi diuna), and restart the service.';
  return new OutputError('spi_no_permission', `${device} may not be used by this user`, cure, cause);
}

/** A unit opens some devices and no others, whatever the user may (systemd.resource-control(5), DeviceAllow). */
function kept(device: string, cause: unknown): OutputError {
  const cure = 'Restart the service (sudo systemctl restart diuna); a unit of your own needs DeviceAllow=char-153 rw.';
  return new OutputError('spi_kept', `${device} is kept from this service`, cure, cause);
}

function devices(machine: Machine): string[] {
  try {
    return readdirSync(join(machine.root, 'dev'))
      .filter((name) => name.startsWith('spidev'))
      .map((name) => `/dev/${name}`);
  } catch {
    return [];
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}
