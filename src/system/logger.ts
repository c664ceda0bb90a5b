/**
 * The log: one JSON line a message for the service manager's journal, readable lines at a terminal, both on standard
 * error, so that standard output stays for results. Nothing of the frame loop logs.
 */
import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../model/config.ts';

export type LogLevel = Config['log']['level'];
/** What the daemon sees of it. */
export interface RootLogger extends Logger {
  /** A log whose lines all name the room they come from; it follows the level of this one. */
  room(name: string): Logger;
  setLevel(level: LogLevel): void;
}

const STANDARD_ERROR = 2;

/** Bytes that wait where the log's reader does not keep up; beyond them lines are dropped. */
const MOST_WAITING = 1_048_576;

/**
 * Readable where standard error is a terminal. Elsewhere the writing is left to another thread: standard error may be a
 * file on a card that hangs, and no command waits for the log. What is left at the end of the process is written then.
 */
export async function createLogger(level: LogLevel): Promise<RootLogger> {
  if (!process.stderr.isTTY) return loggerTo(destination({ dest: STANDARD_ERROR, sync: false, maxLength: MOST_WAITING }), level);
  // A stream and no transport: transports are loaded by path in a thread of their own, which a bundle does not have.
  const { default: pretty } = await import('pino-pretty');
  return loggerTo(pretty({ destination: STANDARD_ERROR, sync: true, translateTime: 'SYS:HH:MM:ss.l', singleLine: true }), level);
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
