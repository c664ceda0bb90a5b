/** Reads the values of options; what is wrong with one is told before anything else happens. */
import { type Command, InvalidArgumentError } from 'commander';
import { userNameSchema } from '../model/config-access.ts';
import { ALL, type ZoneId, zoneIdSchema } from '../model/ids.ts';

/** An integer from `min` to `max`, both allowed. */
export function integerOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be an integer, ${min} to ${max}.`);
    return value;
  };
}

/** A number from `min` to `max`, both allowed; fractions too. */
export function numberOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`It must be a number, ${min} to ${max}, with at most nine decimals.`);
    return value;
  };
}

export function patternOption(pattern: RegExp, allowed: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`It must be ${allowed}.`);
    return text;
  };
}

const HOUR_MS = 3_600_000;
const MOST_DAYS = 3650;

/** `12h`, `30d`. @returns milliseconds. */
export function durationOption(text: string): number {
  const [, number = '0', unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const ms = Number(number) * HOUR_MS * (unit === 'd' ? 24 : 1);
  if (!(ms >= HOUR_MS && ms <= MOST_DAYS * 24 * HOUR_MS)) throw new InvalidArgumentError(`It must be hours or days, 1h to ${MOST_DAYS}d.`);
  return ms;
}

/** `1042`, or the id of an event. */
export function afterOption(text: string): string {
  if (/^\d{1,15}$/.test(text) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text;
  throw new InvalidArgumentError('It must be a seq, 0 or more, or the id of an event.');
}

/** `floor,shelf` */
export function zonesOption(text: string): ZoneId[] {
  return text.split(',').map((part) => {
    if (part.trim() === ALL) throw new InvalidArgumentError('For all zones leave it out.');
    const zone = zoneIdSchema.safeParse(part.trim());
    if (!zone.success) throw new InvalidArgumentError(`Each zone ${zone.error.issues[0]?.message}.`);
    return zone.data;
  });
}

export function userName(text: string): string {
  const name = userNameSchema.safeParse(text);
  if (!name.success) throw new InvalidArgumentError(`It ${name.error.issues[0]?.message}.`);
  return name.data;
}

export function withConfig(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration', 'config.yaml');
}

/** A password is no option: arguments stand in the list of processes, for every user of the machine, and in the shell's history. */
const loginHelp = `
To log in: --username with --password-file FILE, or the environment's DIUNA_PASSWORD; a token takes the place of the
password, and its user name may be left out. There is no option for the password itself, as every user of a machine sees
the arguments of its processes.`;

/** Adds what every client subcommand takes. */
export function withClientOptions(command: Command): Command {
  const topic = patternOption(/^[^+#$/\s\0]+(\/[^+#/\s\0]+)*$/, 'topic levels without "+", "#" and "$"');
  return command
    .option('-H, --host <host>', "the daemon's host", '127.0.0.1')
    .option('-p, --port <port>', 'its MQTT port (default: 1883, with TLS 8883)', integerOption(1, 65_535))
    .option('-u, --username <name>', 'log in as this user')
    .option('--password-file <file>', 'whose first line is the password or token (default: DIUNA_PASSWORD)')
    .option('--tls', 'connect with TLS (mqtts)')
    .option('--ca <file>', "certificate authority in PEM that the daemon's certificate is checked against; implies --tls")
    .option('--client-id <id>', 'MQTT client id, which is the origin of what is changed (default: a random one)')
    .option('--base-topic <topic>', "mqtt.base_topic of the daemon's configuration", topic, 'diuna')
    .option('--timeout <seconds>', 'for connecting, and for a reply', numberOption(0.1, 600), 5)
    .option('--json', 'print JSON, a document a line')
    .addHelpText('after', loginHelp);
}
