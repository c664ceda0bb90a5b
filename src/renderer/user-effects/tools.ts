/** What the user's effects are given to draw with: all that ours have, so that a file of theirs needs no imports. */
import { paint } from '../../light/gradient.ts';
import { mix } from '../../light/hash.ts';
import { toLight } from '../../light/linear.ts';
import { noise1, noise2 } from '../../light/noise.ts';
import { addLight, fill, fillBackground, lay, paintAdd, paintOver } from '../../light/pixels.ts';
import { phase, sine, swell, wave } from '../../light/waves.ts';

export const tools = Object.freeze({
  paint,
  paintOver,
  paintAdd,
  lay,
  addLight,
  fill,
  fillBackground,
  phase,
  swell,
  sine,
  wave,
  mix,
  noise1,
  noise2,
  toLight,
});
