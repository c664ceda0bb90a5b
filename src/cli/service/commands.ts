/** Declares `diuna service`; its code is loaded only when it is chosen. */
import { type Command, Option } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { patternOption } from '../options.ts';
import type { InstallOptions } from './install.ts';
import type { UninstallOptions } from './uninstall.ts';

const userOption = patternOption(/^[a-z_][a-z0-9_-]{0,31}$/, '1 to 32 of a-z, 0-9, "_" and "-", and no digit first');
const prefix = () => new Option('--prefix <folder>', 'write below this folder').hideHelp(); // for tests

/** @param end takes the exit code. */
export function addService(program: Command, end: (code: ExitCode) => void): void {
  const command = program.command('service').description('diuna as a service of systemd, on this machine');

  command
    .command('install')
    .description('write the unit, the user and the configuration where they are missing, and start the daemon')
    .option('--user <name>', 'whom it runs as', userOption, 'diuna')
    .option('--renderer', "also install root's part, which strips with the driver ws281x need")
    .option('--dry-run', 'say what would be done, do nothing')
    .addOption(prefix())
    .action(async (options: InstallOptions) => end(await (await import('./install.ts')).install(options)));

  command
    .command('uninstall')
    .description('stop the daemon and remove its units; configuration, state and user stay')
    .option('--dry-run', 'say what would be done, do nothing')
    .addOption(prefix())
    .action(async (options: UninstallOptions) => end(await (await import('./uninstall.ts')).uninstall(options)));
}
