/** The effects that this version has. */
import { aurora } from './aurora.ts';
import { blink } from './blink.ts';
import { bouncingBalls } from './bouncing-balls.ts';
import { bpm } from './bpm.ts';
import { breathe } from './breathe.ts';
import { candle } from './candle.ts';
import { chase } from './chase.ts';
import { chase3 } from './chase-3.ts';
import { colorloop } from './colorloop.ts';
import { colortwinkles } from './colortwinkles.ts';
import { dissolve } from './dissolve.ts';
import type { Effect } from './effect.ts';
import { fade } from './fade.ts';
import { fire2012 } from './fire-2012.ts';
import { fireworks } from './fireworks.ts';
import { glitter } from './glitter.ts';
import { gradient } from './gradient.ts';
import { heartbeat } from './heartbeat.ts';
import { juggle } from './juggle.ts';
import { lightning } from './lightning.ts';
import { meteor } from './meteor.ts';
import { noise } from './noise.ts';
import { pacifica } from './pacifica.ts';
import { plasma } from './plasma.ts';
import { pride2015 } from './pride-2015.ts';
import { rainbow } from './rainbow.ts';
import { randomColors } from './random-colors.ts';
import { ripple } from './ripple.ts';
import { running } from './running.ts';
import { scan } from './scan.ts';
import { scanner } from './scanner.ts';
import { sinelon } from './sinelon.ts';
import { solid } from './solid.ts';
import { sparkle } from './sparkle.ts';
import { strobe } from './strobe.ts';
import { sunrise } from './sunrise.ts';
import { sweep } from './sweep.ts';
import { theater } from './theater.ts';
import { twinkle } from './twinkle.ts';
import { twinklefox } from './twinklefox.ts';
import { wipe } from './wipe.ts';

/** In the order in which people are shown them. */
export const effects: readonly Effect[] = [
  solid,
  blink,
  breathe,
  fade,
  strobe,
  wipe,
  sweep,
  randomColors,
  scan,
  scanner,
  colorloop,
  rainbow,
  theater,
  running,
  chase,
  chase3,
  twinkle,
  twinklefox,
  colortwinkles,
  sparkle,
  glitter,
  dissolve,
  fire2012,
  candle,
  fireworks,
  meteor,
  lightning,
  ripple,
  bouncingBalls,
  juggle,
  sinelon,
  bpm,
  pride2015,
  pacifica,
  gradient,
  sunrise,
  aurora,
  plasma,
  noise,
  heartbeat,
];

const byId = new Map(effects.map((effect) => [effect.declaration.id, effect]));

/** The effect of that id; undefined for one that this version does not have. */
export function builtInEffect(id: string): Effect | undefined {
  return byId.get(id);
}
