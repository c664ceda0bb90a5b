/** `diuna service uninstall`: stops the daemon and removes its units. What a person wrote or the daemon kept stays. */
import type { ExitCode } from '../exit-codes.ts';
import { onFiles } from '../file-command.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { CONFIG_PATH, STATE_PATH, UNITS, unitPath } from './units.ts';

export type UninstallOptions = MachineOptions;

export function uninstall(options: UninstallOptions): Promise<ExitCode> {
  return onFiles(false, async (output) => {
    const machine = new Machine(output, options);
    machine.demand(['systemctl']);
    const units = [UNITS.daemon, UNITS.renderer].filter((unit) => machine.has(unitPath(unit)));
    if (units.length === 0) return machine.say('no unit of diuna is installed');
    await machine.run('systemctl', 'disable', '--now', ...units);
    for (const unit of units) await machine.remove(unitPath(unit));
    await machine.run('systemctl', 'daemon-reload');
    machine.say(`what stays: ${CONFIG_PATH}, ${STATE_PATH} with the lights' state, and the user; remove them where you want none of it`);
  });
}
