/**
 * The command line, and the entry of the bundle. Declares the subcommands; the code of each is loaded only when it is
 * chosen, so that the daemon starts without the clients' parts and the other way round.
 */
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { roles } from '../model/config-access.ts';
import type { BenchOptions } from './bench.ts';
import type { CheckOptions } from './check.ts';
import type { ClientOptions } from './client-command.ts';
import type { DoctorOptions } from './doctor.ts';
import { addEffects } from './effects/commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { exitCodesHelp, wordsHelp } from './help.ts';
import {
  afterOption,
  durationOption,
  integerOption,
  numberOption,
  patternOption,
  userName,
  withClientOptions,
  withConfig,
  zonesOption,
} from './options.ts';
import { allowEarlyLeave } from './output.ts';
import type { RendererOptions } from './renderer.ts';
import type { ReplayOptions } from './replay.ts';
import type { RunOptions } from './run.ts';
import { addService } from './service/commands.ts';
import type { SetOptions } from './set.ts';
import type { TokenCreateOptions, TokenOptions } from './token.ts';
import type { UserAddOptions, UserOptions } from './user.ts';
import type { WatchOptions } from './watch.ts';

const YEAR_MS = 365 * 86_400_000;
const zoneOption = patternOption(/^[a-z0-9_-]{1,32}$/, '1 to 32 of a-z, 0-9, "_" and "-"');

const program = new Command('diuna')
  .description('Lights WS281x LEDs and speaks MQTT.')
  .version(packageJson.version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'diuna: ')) })
  .showHelpAfterError('(see --help)')
  .addHelpText('after', exitCodesHelp);

program
  .command('run')
  .description('run the daemon in the foreground; SIGHUP reloads the configuration')
  .option('-c, --config <file>', 'configuration', 'config.yaml')
  .option('--preview', 'show the strips in the terminal')
  .option('--once', 'stop as soon as it serves: to see whether it starts')
  .option('--user <name>', 'give up root for this user, once the outputs are open')
  .action(async (options: RunOptions) => (await import('./run.ts')).run(options));

program
  .command('renderer')
  .description("drive this machine's pins for a daemon without root, which comes over a Unix socket")
  .option('-c, --config <file>', 'configuration; says which pins', 'config.yaml')
  .option('--socket <path>', "where it listens (default: the configuration's renderer.socket)")
  .action(async (options: RendererOptions) => (await import('./renderer.ts')).renderer(options));

program
  .command('check')
  .description('say all that is wrong with a configuration')
  .option('-c, --config <file>', 'configuration', 'config.yaml')
  .option('--json', 'print JSON')
  .action(async (options: CheckOptions) => end(await (await import('./check.ts')).check(options)));

program
  .command('doctor')
  .description('look at this machine and say what is in the way of the lights, and how to mend it')
  .option('-c, --config <file>', 'configuration', 'config.yaml')
  .option('--json', 'print JSON')
  .option('--verbose', 'also tell what is well, and what does not apply here')
  .action(async (options: DoctorOptions) => end(await (await import('./doctor.ts')).doctor(options)));

withClientOptions(program.command('get'))
  .description('show what the zones are meant to show')
  .argument('[zone]', 'a zone or a group; left out: all')
  .action(async (zone: string | undefined, options: ClientOptions) => end(await (await import('./get.ts')).get(zone, options)));

withClientOptions(program.command('set'))
  .description('change a zone: diuna set floor on red 50%')
  .argument('<zone>', 'a zone, a group, or all')
  .argument('<words...>', 'what to change; see below')
  .addOption(new Option('--ack <when>', 'when to reply').choices(['applied', 'rendered']))
  .option('--dry-run', 'say what would happen, change nothing')
  .option('--if-version <version>', 'only if the zone has this version', integerOption(0, Number.MAX_SAFE_INTEGER))
  .allowUnknownOption() // `-10%` is a word
  .addHelpText('after', wordsHelp)
  .action(async (zone: string, words: string[], options: SetOptions) => end(await (await import('./set.ts')).set(zone, words, options)));

withClientOptions(program.command('watch'))
  .description('show every event as it happens')
  .option('--zone <zone>', 'of this zone or group only', zoneOption)
  .option('-n, --count <number>', 'end after so many events', integerOption(1, 1_000_000_000))
  .action(async (options: WatchOptions) => end(await (await import('./watch.ts')).watch(options)));

withClientOptions(program.command('replay'))
  .description('show events of the past')
  .option('--after <seq>', 'those after this seq or event id', afterOption, '0')
  .option('--zone <zone>', 'of this zone or group only', zoneOption)
  .option('--limit <number>', 'at most so many', integerOption(1, 10_000))
  .action(async (options: ReplayOptions) => end(await (await import('./replay.ts')).replay(options)));

withClientOptions(program.command('undo'))
  .description('take back the last change of a zone')
  .argument('<zone>', 'a zone, a group, or all')
  .action(async (zone: string, options: ClientOptions) => end(await (await import('./undo.ts')).undo(zone, options)));

withClientOptions(program.command('knob'))
  .description('move a simulated knob: diuna knob desk +3')
  .argument('<id>', 'of the knob')
  .argument('<words...>', '+3, -1, press, double_press, long_press, hold +2; one after another')
  .allowUnknownOption() // `-1` is a word
  .action(async (id: string, words: string[], options: ClientOptions) => end(await (await import('./knob.ts')).knob(id, words, options)));

withClientOptions(program.command('restart'))
  .description('restart the daemon, where a service manager starts it again')
  .action(async (options: ClientOptions) => end(await (await import('./restart.ts')).restart(options)));

withClientOptions(program.command('bench'))
  .description('put a light load on a running daemon and measure its replies: pings, which change nothing')
  .option('--rate <number>', 'commands a second', numberOption(0.1, 2000), 50)
  .option('--seconds <number>', 'how long', numberOption(0.1, 60), 5)
  .option('--clients <number>', 'connections', integerOption(1, 50), 1)
  .option('--change', 'change a brightness with each command instead, and wait for the disk; every change stays in the history')
  .option('--zone <zone>', 'with --change: the zone to change (default: the first)', zoneOption)
  .action(async (options: BenchOptions) => end(await (await import('./bench.ts')).bench(options)));

addEffects(program, end);
addService(program, end);

const user = program.command('user').description('users of the configuration, who log in with a password');

withConfig(user.command('add'))
  .description('add a user, or give one a new password; it is asked at the terminal')
  .argument('<name>', 'letters, digits, ".", "_", "@" and "-"', userName)
  .addOption(new Option('--role <role>', 'what it may do (default: controller)').choices(roles))
  .option('--zones <zones>', 'the zones that a controller may command, with commas between them (default: all)', zonesOption)
  .option('--generate', 'make a password up and print it, once')
  .option('--password-stdin', 'take the first line of standard input')
  .action(async (name: string, options: UserAddOptions) => end(await (await import('./user.ts')).addUser(name, options)));

withConfig(user.command('remove'))
  .description('remove a user; tokens of that name stay, and are named')
  .argument('<name>', 'of the user', userName)
  .action(async (name: string, options: UserOptions) => end(await (await import('./user.ts')).dropUser(name, options)));

withConfig(user.command('list'))
  .description('list the users')
  .option('--json', 'print JSON')
  .action(async (options: UserOptions) => end(await (await import('./user.ts')).listUsers(options)));

const token = program.command('token').description('tokens (JWT), which clients give as their password');

withConfig(token.command('create'))
  .description('issue a token and print it, once; role and zones are its own, whatever a user of that name may do')
  .argument('<name>', 'the user name that it stands for; letters, digits, ".", "_", "@" and "-"', userName)
  .addOption(new Option('--role <role>', 'what it may do (default: controller)').choices(roles))
  .option('--zones <zones>', 'the zones that a controller may command, with commas between them (default: all)', zonesOption)
  .addOption(new Option('--expires <time>', 'hours or days, such as 12h or 30d').argParser(durationOption).default(YEAR_MS, '365d'))
  .addOption(new Option('--alg <algorithm>', 'of the key, which the first token makes (default: HS256)').choices(['HS256', 'EdDSA']))
  .action(async (name: string, options: TokenCreateOptions) => end(await (await import('./token.ts')).createToken(name, options)));

withConfig(token.command('revoke'))
  .description('end a token; a running daemon parts with its clients within seconds')
  .argument('<id>', 'as "token list" names it')
  .action(async (id: string, options: TokenOptions) => end(await (await import('./token.ts')).revokeToken(id, options)));

withConfig(token.command('list'))
  .description('list the tokens that have not expired')
  .option('--json', 'print JSON')
  .action(async (options: TokenOptions) => end(await (await import('./token.ts')).listTokens(options)));

/** The process ends by itself once nothing is left to do, so that all output is written. */
function end(code: ExitCode): void {
  process.exitCode = code;
}

async function main(): Promise<void> {
  try {
    allowEarlyLeave();
    await program.parseAsync();
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    // commander has said what is wrong already
    end(cause.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
  }
}

void main(); // a script of the older module kind cannot await here
