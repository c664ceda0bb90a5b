/**
 * The log: one JSON line a message for the service manager's journal, readable lines at a terminal, both on standard
 * error, so that standard output stays for results. Nothing of the frame loop logs.
 */
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../model/config.ts';
import { LogStream } from './log-stream.ts';

export type LogLevel = Config['log']['level'];
/** What the daemon sees of it. */
export interface RootLogger extends Logger {
  /** A log whose lines all name the room they come from; it follows the level of this one. */
  room(name: string): Logger;
  setLevel(level: LogLevel): void;
}

const STANDARD_ERROR = 2;

/** Readable where standard error is a terminal. What is left at the end of the process is written then. */
export async function createLogger(level: LogLevel): Promise<RootLogger> {
  const stream = new LogStream(STANDARD_ERROR);
  process.once('exit', () => stream.flush());
  if (!process.stderr.isTTY) return loggerTo(stream, level);
  // No transport: transports are loaded by path in a thread of their own, which a bundle does not have.
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return loggerTo({ write: (line) => stream.write(pretty(line)) }, level);
}

/** @param stream takes each line as it is made. */
export function loggerTo(stream: DestinationStream, level: LogLevel): RootLogger {
  const rooms: PinoLogger[] = [];
  const root = pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"`, formatters: { level: named } }, stream);
  return {
    ...narrow(root),
    room: (name) => {
      const child = root.child({ room: name });
      rooms.push(child);
      return narrow(child);
    },
    setLevel: (next) => {
      for (const logger of [root, ...rooms]) logger.level = next;
    },
  };
}

function named(label: string): { level: string } {
  return { level: label };
}

function narrow(logger: PinoLogger): Logger {
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
  };
}
