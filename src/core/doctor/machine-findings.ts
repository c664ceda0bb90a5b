/** Findings about the machine itself: its board, Node, its voltage, and its clock. Pure. */
import { isPi } from './board-kind.ts';
import type { Facts, MachineFacts } from './facts.ts';
import { type Finding, fine, notApplicable, note, problem, warning } from './finding.ts';

/** Told once, and of all that only a Pi has in the same words. */
export const NO_PI = 'this is no Raspberry Pi';

/** Bits of the firmware's word (raspberrypi.com, "vcgencmd get_throttled"). */
const LOW_NOW = 1 << 0;
const LOW_SINCE_BOOT = 1 << 16;

export function machineFindings({ machine, nodejs }: Facts): Finding[] {
  return [checkBoard(machine), checkNode(nodejs), checkVoltage(machine), checkClock(machine)];
}

function checkBoard({ board, platform }: MachineFacts): Finding {
  if (isPi(board)) {
    return fine('board', `this is a ${board.model}${board.revision === null ? '' : ` (revision ${board.revision.toString(16)})`}`);
  }
  const what = platform === 'linux' ? (board.model ?? '') : platform;
  const found = `${NO_PI}${what === '' ? '' : ` but ${what}`}: what only a Pi has is not looked at`;
  return note(
    'board',
    found,
    'Nothing to do for strips in the network: "output: { driver: ddp, host: … }" or e131; LEDs at pins need a Pi.',
  );
}

function checkNode({ version, wanted }: Facts['nodejs']): Finding {
  if (isAtLeast(version, wanted)) return fine('node', `Node.js ${version}`);
  const cure = `Install a newer one: "sudo apt install nodejs" of Raspberry Pi OS 13 or newer, or from nodejs.org; then run "npm rebuild".`;
  return problem('node', `Node.js ${version} is too old: diuna needs ${wanted}`, cure);
}

/** @param wanted as in package.json: `>=20.19`. */
function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function numbers(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}

function checkVoltage({ board, throttled }: MachineFacts): Finding {
  if (!isPi(board)) return notApplicable('voltage', NO_PI);
  if (throttled === null) return notApplicable('voltage', 'the firmware does not tell');
  const cure =
    'Feed the Pi by a supply and cable of its own, not from the strip: 5.1 V, 3 A (a Pi 5: 5 A); look again with "vcgencmd get_throttled".';
  if ((throttled & LOW_NOW) !== 0) return problem('voltage', 'the Pi has too little voltage right now', cure);
  if ((throttled & LOW_SINCE_BOOT) !== 0) return warning('voltage', 'the Pi had too little voltage since it was started', cure);
  return fine('voltage', 'the Pi has had enough voltage since it was started');
}

/** A wrong clock refuses commands that carry their time, and tokens. */
function checkClock({ clock }: MachineFacts): Finding {
  const why = 'commands with issued_at and tokens are judged by it';
  switch (clock) {
    case 'synchronized':
      return fine('clock', 'the clock is synchronised');
    case 'other':
      return fine('clock', 'another program than systemd-timesyncd keeps the clock');
    case 'not_yet':
      return warning(
        'clock',
        `the clock has not been synchronised since the start; ${why}`,
        'See "timedatectl timesync-status": is the network up?',
      );
    case 'none':
      return note(
        'clock',
        `nothing is known to keep the clock; ${why}`,
        'Run "sudo timedatectl set-ntp true", after "sudo apt install systemd-timesyncd" where it is missing.',
      );
  }
}
