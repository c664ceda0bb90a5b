/** Findings about who else has the pins that the configuration names: the kernel by config.txt, and other programs. Pure. */
import { pinsOf } from '../../model/config-hardware.ts';
import { isPi, processorOf } from './board-kind.ts';
import type { ConfiguredFacts, GpioChip, MachineFacts, TakenLine } from './facts.ts';
import { type Finding, fine, notApplicable, note, problem, warning } from './finding.ts';
import { NO_PI } from './machine-findings.ts';
import { type GivenPin, givenPins } from './overlay-pins.ts';
import { bootOf, bootPath } from './strip-findings.ts';

/** Labels of the chips that have the pins of the header. */
const HEADER = /^pinctrl-(bcm2835|bcm2711|rp1)$/;

/** As the driver gpio calls itself, with gpiod 2 and 1. */
const OWN_READERS = ['diuna', 'gpiomon'];

interface PinUse {
  readonly pin: number;
  readonly who: string;
  readonly driver: 'ws281x' | 'spi' | 'onoff' | 'gpio';
  /** The SPI bus that it is part of itself. */
  readonly bus: GivenPin['bus'];
}

export function pinFindings(machine: MachineFacts, configured: ConfiguredFacts): Finding[] {
  const uses = pinUses(configured);
  if (uses.length === 0) return [];
  if (!isPi(machine.board)) return [notApplicable('pin_overlay', NO_PI), notApplicable('pin_busy', NO_PI)];
  return [...checkOverlays(machine, uses), ...checkBusy(machine, uses)];
}

function pinUses({ config, drivers }: ConfiguredFacts): PinUse[] {
  const strips = drivers.strips.flatMap(({ id, output }): PinUse[] => {
    if (output.driver !== 'spi' && output.driver !== 'ws281x') return [];
    return pinsOf(output).map((pin) => ({ pin, who: `strip ${id}`, driver: output.driver, bus: busOf(output.driver, pin) }));
  });
  const knobs = Object.entries(config.knobs).flatMap(([id, knob]): PinUse[] => {
    const { driver } = knob;
    if ((driver !== 'onoff' && driver !== 'gpio') || knob.chip !== undefined) return [];
    return (['clk', 'dt', 'switch'] as const).flatMap((key) => {
      const pin = knob[key];
      return pin === undefined ? [] : [{ pin, who: `knob ${id} (${key})`, driver, bus: null }];
    });
  });
  return [...strips, ...knobs];
}

/** Also ws281x sends by SPI at GPIO 10. */
function busOf(driver: 'ws281x' | 'spi', pin: number): GivenPin['bus'] {
  if (pin === 10 || (driver === 'spi' && pin === 11)) return 'spi0';
  return driver === 'spi' ? 'spi1' : null;
}

function checkOverlays(machine: MachineFacts, uses: readonly PinUse[]): Finding[] {
  const boot = bootOf(machine);
  if (boot === null) return [notApplicable('pin_overlay', 'there is no config.txt to look at')];
  const given = givenPins(boot, processorOf(machine.board));
  const findings = uses.flatMap(({ pin, who, bus }) => {
    const other = given.find((one) => one.pin === pin && (bus === null || one.bus !== bus));
    if (other === undefined) return [];
    const found = `${bootPath(machine)} gives GPIO ${pin}, which ${who} uses, to "${other.line}"`;
    return [problem('pin_overlay', found, `Take "${other.line}" out of it and restart the Pi, or use another pin for ${who}.`)];
  });
  return findings.length > 0 ? findings : [fine('pin_overlay', 'config.txt leaves the pins alone that are used')];
}

function checkBusy(machine: MachineFacts, uses: readonly PinUse[]): Finding[] {
  const { chips, taken, exported } = machine.gpio;
  const chip = chips.find(({ label }) => HEADER.test(label));
  const findings = uses.flatMap((use) => {
    const by = taken?.find((line) => HEADER.test(line.chip) && line.line === use.pin);
    if (by !== undefined && by.by !== 'sysfs') return busy(use, by);
    return chip !== undefined && exported.includes(chip.base + use.pin) ? isExported(use, chip) : [];
  });
  if (findings.length > 0) return findings;
  if (taken === null) return [fine('pin_busy', 'no pin is exported in /sys/class/gpio; as root more could be seen')];
  return [fine('pin_busy', 'nothing else uses the pins')];
}

function busy({ pin, who, driver, bus }: PinUse, { by }: TakenLine): Finding[] {
  if (/^spi\d/.test(by) && bus !== null) return [];
  const cure = `See with "gpioinfo" and "sudo cat /sys/kernel/debug/gpio" who that is, and end it; or use another pin for ${who}.`;
  const found = `GPIO ${pin}, which ${who} uses, is taken by "${by}"`;
  if (OWN_READERS.includes(by) && driver === 'gpio')
    return [note('pin_busy', found, 'It may be a diuna that runs: "systemctl status diuna" says.')];
  return [driver === 'ws281x' ? warning('pin_busy', found, cure) : problem('pin_busy', found, cure)];
}

/** onoff takes an exported line over; the others cannot have it. */
function isExported({ pin, who, driver }: PinUse, { base }: GpioChip): Finding[] {
  if (driver === 'onoff') return [];
  const found = `GPIO ${pin}, which ${who} uses, is exported in /sys/class/gpio by another program`;
  const cure = `End that program, or give the pin back: "echo ${base + pin} | sudo tee /sys/class/gpio/unexport".`;
  return [driver === 'ws281x' || driver === 'spi' ? warning('pin_busy', found, cure) : problem('pin_busy', found, cure)];
}
