/** Findings about knobs: the chip of their pins and how it is numbered, input devices, and who may use them. Pure. */

import { pullLine } from '../../model/config-hints.ts';
import type { KnobConfig } from '../../model/config-knobs.ts';
import { isPulled } from './boot-config.ts';
import type { ConfiguredFacts, MachineFacts } from './facts.ts';
import { type Finding, fine, note, ofTrouble, problem } from './finding.ts';
import { deviceFinding } from './rights-findings.ts';
import { bootOf, bootPath } from './strip-findings.ts';

export function knobFindings(machine: MachineFacts, configured: ConfiguredFacts): Finding[] {
  const knobs = Object.entries(configured.config.knobs);
  const by = (driver: KnobConfig['driver']) => knobs.filter(([, knob]) => knob.driver === driver);
  return [
    ...by('onoff').flatMap(([id], index) => checkOnoff(machine, id, configured.drivers.chips.get(id), index === 0)),
    ...by('onoff').flatMap(([id, knob]) => checkPull(machine, id, knob)),
    ...(by('gpio').length === 0 ? [] : checkGpio(machine)),
    ...by('evdev').flatMap(([id, knob]) => checkEvdev(machine, configured, id, knob)),
  ];
}

/** @param first what holds for all of them is told once. */
function checkOnoff(machine: MachineFacts, id: string, chip: Parameters<typeof ofTrouble>[1], first: boolean): Finding[] {
  const { chips, exportFile } = machine.gpio;
  const numbers = chips.map(({ label, base, lines }) => `${label} from ${base} to ${base + lines - 1}`).join(', ');
  const base = ofTrouble('gpio_base', chip, `the pins of knob ${id} are found by the chip's label; in /sys/class/gpio: ${numbers}`);
  if (exportFile === null || !first) return [base];
  return [base, deviceFinding('gpio_permission', machine, exportFile, 'gpio', 'write'), checkUnit(machine)];
}

/** Pins of chips that are named are not those of config.txt. */
function checkPull(machine: MachineFacts, id: string, knob: KnobConfig): Finding[] {
  const line = pullLine(knob);
  const boot = bootOf(machine);
  if (line === null || boot === null || knob.chip !== undefined) return [];
  const pins = [knob.clk, knob.dt, knob.switch].filter((pin) => pin !== undefined);
  if (pins.every((pin) => isPulled(boot, pin, line.slice(-2))))
    return [fine('gpio_pull', `${bootPath(machine)} sets the pull of knob ${id}`)];
  const cure = `Put "${line}" into ${bootPath(machine)} and restart the Pi, or use "driver: gpio"; with resistors of its own it needs neither.`;
  return [note('gpio_pull', `knob ${id} asks for pull: ${knob.pull}, which its driver onoff cannot set, and nobody else does`, cure)];
}

/** Such a unit makes /sys read-only, but for what it lists. */
function checkUnit({ unit }: MachineFacts): Finding {
  const isSet = (key: string) => /^(yes|true|on|1)$/i.test(unit?.settings.get(key)?.at(-1) ?? '');
  const writable = (unit?.settings.get('ReadWritePaths') ?? []).flatMap((paths) => paths.split(/\s+/));
  const open = writable.some((path) => /^[-+]*\/sys(\/class(\/gpio)?)?\/?$/.test(path));
  if (!isSet('ProtectKernelTunables') || open) return fine('gpio_unit', 'no unit keeps knobs (driver onoff) from /sys');
  const cure =
    'Run "sudo systemctl edit diuna" and write below [Service]: "ReadWritePaths=-/sys/class/gpio -/sys/devices/platform"; or use "driver: gpio".';
  return problem(
    'gpio_unit',
    "the service's unit makes /sys read-only (ProtectKernelTunables): knobs with the driver onoff cannot work",
    cure,
  );
}

function checkGpio(machine: MachineFacts): Finding[] {
  const { hasGpiomon, devices } = machine.gpio;
  const [chip] = devices;
  const cure = 'Run "sudo apt install gpiod".';
  const kernel = 'Use a kernel with GPIO, such as that of Raspberry Pi OS; see with "gpiodetect" what there is.';
  return [
    hasGpiomon
      ? fine('gpio_tools', 'gpiomon is installed')
      : problem('gpio_tools', 'gpiomon is missing, by which the driver gpio reads knobs', cure),
    chip === undefined
      ? problem('gpio_permission', 'there is no /dev/gpiochip*, which the driver gpio reads', kernel)
      : deviceFinding('gpio_permission', machine, chip, 'gpio', 'read', 'write'),
  ];
}

function checkEvdev(machine: MachineFacts, { input }: ConfiguredFacts, id: string, knob: KnobConfig): Finding[] {
  const names = [knob.device, knob.switch_device].filter((name) => name !== undefined);
  return names.flatMap((name) => {
    const file = input.devices.get(name) ?? null;
    if (file !== null) {
      return [fine('input_device', `knob ${id} reads ${file.path}`), deviceFinding('input_permission', machine, file, 'input', 'read')];
    }
    const known = input.known.length === 0 ? 'there is none' : `there are ${input.known.join(', ')}`;
    const pins = 'dtoverlay=rotary-encoder,pin_a=17,pin_b=27,relative_axis=1';
    const cure = `Name one of those, or put the knob's overlay into /boot/firmware/config.txt ("${pins}") and restart the Pi.`;
    return [problem('input_device', `there is no input device ${name} for knob ${id}: ${known}`, cure)];
  });
}
