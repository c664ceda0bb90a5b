/** All that has to hold of a daemon and a Home Assistant, whichever was there first and whatever is between them. */
import { afterEach, beforeAll, describe } from 'vitest';
import { lightsBehave } from './lights.ts';
import { othersBehave } from './others.ts';
import { isContent, type Pair, settled } from './pair.ts';

/** Call at the top of a file. @param open makes the two known to each other. @param issues that Home Assistant has, by their translation keys. */
export function behaves(open: () => Promise<Pair>, issues: readonly string[] = []): void {
  let pair: Pair;

  beforeAll(async () => {
    pair = await open();
    await settled(pair);
    pair.home.log.forget(); // it may have said that nobody was there, as it should
  });
  afterEach(() => isContent(pair, issues));

  describe('lights', () => lightsBehave(() => pair));
  describe('everything else', () => othersBehave(() => pair));
}
