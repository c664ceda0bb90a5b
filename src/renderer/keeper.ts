/**
 * Keeps root for a daemon that gave it away: starts the renderer that needs it (kept-renderer.ts), starts it anew when
 * asked after it ended, and passes messages on. It lights nothing itself and touches no hardware, so that it lives whatever
 * the driver does. The first layout, which came while the daemon still was root, says for good what may be driven.
 */
import { pathToFileURL } from 'node:url';
import { KeptRenderer } from './kept-renderer.ts';
import { ignoreSignals } from './link.ts';
import type { FromKeeper } from './messages.ts';

/** @param entry the script to fork renderers of. */
export function keep(entry: string): void {
  ignoreSignals();
  let ending = false;
  const kept = new KeptRenderer({
    entry: pathToFileURL(entry),
    allowed: null,
    tell,
    ended: (reason) => {
      if (ending) process.exit();
      tell({ kind: 'ended', reason });
    },
  });
  process.on('message', (message) => {
    if (isStop(message)) ending = true;
    if (ending && !kept.runs) process.exit();
    const wrong = kept.hear(message);
    if (wrong !== null) refuse(kept, wrong);
  });
  process.on('disconnect', () => {
    ending = true;
    void kept.leave().then(() => process.exit());
  });
}

function isStop(message: unknown): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === 'stop';
}

/** No daemon sends such a message: it is a bug or an attack, and goes no further. */
function refuse(kept: KeptRenderer, why: string): void {
  console.error(`the renderer's keeper refuses a message:\n${why}`);
  if (!kept.runs) tell({ kind: 'ended', reason: `its layout was refused: ${why}` });
}

function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message, () => undefined);
}
