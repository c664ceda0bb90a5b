/** Reads the values of options; what is wrong with one is told before anything else happens. */
import { type Command, InvalidArgumentError } from 'commander';

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
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a number, ${min} to ${max}.`);
    return value;
  };
}

export function patternOption(pattern: RegExp, allowed: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`It must be ${allowed}.`);
    return text;
  };
}

/** Adds what every client subcommand takes. */
export function withClientOptions(command: Command): Command {
  const topic = patternOption(/^[^+#$/\s\0]+(\/[^+#/\s\0]+)*$/, 'topic levels without "+", "#" and "$"');
  return command
    .option('-H, --host <host>', "the daemon's host", '127.0.0.1')
    .option('-p, --port <port>', 'its MQTT port', integerOption(1, 65_535), 1883)
    .option('--client-id <id>', 'MQTT client id, which is the origin of what is changed (default: a random one)')
    .option('--base-topic <topic>', "mqtt.base_topic of the daemon's configuration", topic, 'diuna')
    .option('--timeout <seconds>', 'for connecting, and for a reply', numberOption(0.1, 600), 5)
    .option('--json', 'print JSON, a document a line');
}
