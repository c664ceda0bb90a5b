/** What the systemd unit promises fits what the daemon takes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../src/store/limits.ts';

const unit = readFileSync(new URL('../../systemd/diuna.service', import.meta.url), 'utf8');
const secondsOf = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)?.[1]);

/** The daemon asks its renderer for a sign of life for so long. */
const PROBE_S = 5;

it('the watchdog waits for an answer that a hanging disk delays', () => {
  const { commit_ms } = defaultLimits;
  // A sign of life passes the commit that is under way and the one that it came with.
  const slowest = Math.max((2 * commit_ms) / 1000, PROBE_S);
  const half = secondsOf('WatchdogSec') / 2; // how often it is asked for
  expect(half).toBeGreaterThan(slowest);
});

it('a stop fits in its time, the end of a disk that hangs included', () => {
  expect(defaultLimits.close_ms).toBeLessThanOrEqual(1500);
  expect(secondsOf('TimeoutStopSec')).toBeGreaterThan(3);
});
