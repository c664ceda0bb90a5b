/** Findings about strips at this machine's pins: the driver ws281x, SPI, and what of the Pi is in their way. Pure. */
import { isPi, processorOf } from './board-kind.ts';
import { type BootConfig, isOn, parseBootConfig } from './boot-config.ts';
import type { ConfiguredFacts, MachineFacts, StripFacts } from './facts.ts';
import { type Finding, fine, notApplicable, note, ofTrouble, problem, warning } from './finding.ts';
import { NO_PI } from './machine-findings.ts';
import { deviceFinding } from './rights-findings.ts';

/** By their hardware (rpi_ws281x): audio by the headphone jack is made by the same PWM, cards by PCM. */
const PWM_PINS = [12, 13, 18, 19, 40, 41, 45, 52, 53];
const SPI_PIN = 10;
const SPI_OF_PIN = '/dev/spidev0.0';

export function stripFindings(machine: MachineFacts, { drivers }: ConfiguredFacts): Finding[] {
  const wired = drivers.strips.filter(({ output }) => output.driver === 'ws281x');
  const clocked = drivers.strips.filter(({ output }) => output.driver === 'spi');
  return [
    ...drivers.strips.flatMap(checkAuto),
    ...(wired.length === 0 ? [] : checkWired(machine, drivers)),
    ...wired.flatMap((strip) => checkOne(machine, strip)),
    ...clocked.flatMap((strip) => checkSpi(machine, strip)),
  ];
}

function checkAuto({ id, output, auto }: StripFacts): Finding[] {
  if (auto === null) return [];
  const found = `strip ${id}: auto is ${output.driver}, because ${auto.why}`;
  const service = auto.wantsService ? 'For the pin install root\'s part of the service: "sudo diuna service install --renderer". ' : '';
  if (auto.fails) {
    const cure = `${service}Mend what is named, or name a driver: "output: { driver: … }" of strip ${id}.`;
    return [warning('auto', `strip ${id}: ${auto.why}`, cure)];
  }
  if (auto.wantsService) {
    return [note('auto', found, `${service}Where SPI is what you want, "output: { driver: spi }" says so.`)];
  }
  if (output.driver !== 'simulated') return [fine('auto', found)];
  return [note('auto', found, `Nothing is lit by it: name a driver, such as "output: { driver: ddp, host: … }" of strip ${id}.`)];
}

function checkWired(machine: MachineFacts, { board, pins }: ConfiguredFacts['drivers']): Finding[] {
  const known = ofTrouble('ws281x_board', board, 'the driver ws281x knows this board');
  if (board !== null) return [known];
  const kernel =
    'Use the kernel of Raspberry Pi OS ("sudo apt install linux-image-rpi-v8"), and let the service see it (no PrivateDevices).';
  return [
    known,
    ofTrouble('ws281x_pins', pins, 'the pins of the strips can drive LEDs'),
    machine.hasMem ? fine('dev_mem', '/dev/mem is there') : problem('dev_mem', '/dev/mem is missing', kernel),
    machine.hasVcio ? fine('dev_vcio', '/dev/vcio is there') : problem('dev_vcio', '/dev/vcio is missing', kernel),
  ];
}

function checkOne(machine: MachineFacts, strip: StripFacts): Finding[] {
  if (strip.output.driver !== 'ws281x') return [];
  const { gpio } = strip.output;
  const findings = PWM_PINS.includes(gpio) ? [checkAudio(machine, strip.id, gpio)] : [];
  if (gpio !== SPI_PIN) return findings;
  const there = machine.spi.some(({ path }) => path === SPI_OF_PIN);
  const cure = `Put "dtparam=spi=on" into ${bootPath(machine)} and restart the Pi.`;
  return [
    ...findings,
    there
      ? fine('spi_device', `${SPI_OF_PIN} is there`)
      : problem('spi_device', `strip ${strip.id} at GPIO 10 needs SPI, which is off`, cure),
    ...checkCore(machine, strip.id),
  ];
}

function checkAudio(machine: MachineFacts, strip: string, gpio: number): Finding {
  const boot = bootOf(machine);
  const path = bootPath(machine);
  const cure = `Put "dtparam=audio=off" into ${path}, in place of dtparam=audio=on, and restart the Pi.`;
  const shared = `shares the PWM with strip ${strip} at GPIO ${gpio}`;
  if (machine.modules.has('snd_bcm2835')) return problem('audio', `analog audio (snd_bcm2835) is on: it ${shared}`, cure);
  if (boot !== null && isOn(boot.params, 'audio') && !machine.blacklist.has('snd_bcm2835')) {
    return warning('audio', `${path} has dtparam=audio=on: at the next start analog audio ${shared}`, cure);
  }
  return fine('audio', 'analog audio is off');
}

function checkSpi(machine: MachineFacts, { id, leds, output, device, frame }: StripFacts): Finding[] {
  if (output.driver !== 'spi') return [];
  const file = machine.spi.find(({ path }) => path === output.device);
  return [
    ...(file === undefined && device !== null
      ? [problem('spi_device', device.message, device.cure)]
      : [fine('spi_device', `${output.device} is there`)]),
    ...(file === undefined ? [] : [spiRights(machine, file)]),
    ofTrouble('spi_bufsiz', frame, `a frame of strip ${id} (${leds} LEDs) goes out at once`),
    ...checkCore(machine, id),
  ];
}

/** With `run --user` the renderer keeps root. */
function spiRights(machine: MachineFacts, file: MachineFacts['spi'][number]): Finding {
  if (machine.unit?.startsAsRoot) return fine('spi_permission', `${file.path} is opened as root`);
  return deviceFinding('spi_permission', machine, file, 'spi', 'read', 'write');
}

/** SPI is clocked by the core, whose clock changes with the load on these boards (README of rpi_ws281x, "SPI"). */
function checkCore(machine: MachineFacts, strip: string): Finding[] {
  if (!isPi(machine.board)) return [notApplicable('core_freq', NO_PI)];
  const processor = processorOf(machine.board);
  const boot = bootOf(machine);
  if (processor !== 'bcm2837' && processor !== 'bcm2711') return [fine('core_freq', 'SPI keeps its clock on this board')];
  if (boot === null) return [notApplicable('core_freq', 'there is no config.txt to look at')];
  const { settings } = boot;
  const four = processor === 'bcm2711';
  const set = settings.has('core_freq') && (!four || settings.has('core_freq_min'));
  if (set || settings.get('force_turbo') === '1') return [fine('core_freq', 'the core clock is fixed')];
  const lines = four ? '"core_freq=500" and "core_freq_min=500"' : '"core_freq=250"';
  const found = `the core clock is not fixed: the colours of strip ${strip} may flicker when it changes`;
  return [warning('core_freq', found, `Put ${lines} into ${bootPath(machine)} and restart the Pi.`)];
}

export function bootOf({ boot, board }: MachineFacts): BootConfig | null {
  return boot === null ? null : parseBootConfig(boot.text, board);
}

export function bootPath({ boot }: MachineFacts): string {
  return boot?.path ?? '/boot/firmware/config.txt';
}
