/** What the exit codes mean to a script; the numbers from 64 on are those of sysexits.h. `diuna --help` lists them. */
export const exitCodes = {
  ok: 0,
  /** The daemon refused the command, or ended for a fault; or what was named is not there, or a file cannot be changed. */
  refused: 1,
  /** The command line was wrong; nothing was sent. */
  usage: 2,
  /** No daemon could be reached, or it refused the login. */
  unavailable: 69,
  /** `doctor` found a problem of the machine. */
  machine: 71,
  /** No reply in time, or a port is taken: trying again later may help. */
  tempFail: 75,
  /** The configuration has mistakes. */
  config: 78,
  /** The daemon was told to restart: the service manager starts it again, as the unit's RestartForceExitStatus says. */
  restart: 100,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
