/**
 * The renderer's entry, bundled on its own: runs as a worker thread or as a forked process, with the same messages; or as
 * the keeper of one (keeper.ts).
 */
import { parentPort } from 'node:worker_threads';
import { assertNever } from '../base/assert-never.ts';
import { Stage } from '../light/stage.ts';
import { findLink, type Link } from './link.ts';
import { SystemLoopClock } from './loop-clock.ts';
import type { ToRenderer } from './messages.ts';
import { makeOutputs } from './outputs/make-outputs.ts';
import { type HeldPins, KEEPER, readPins } from './role.ts';
import { StageRunner } from './stage-runner.ts';
import { UserEffects } from './user-effects/user-effects.ts';

function render(pins: HeldPins): void {
  const link = findLink();
  const clock = new SystemLoopClock();
  const entry = new URL('./effects.js', import.meta.url);
  const runner = new StageRunner({
    clock,
    makeStage: (layout) => new Stage(layout),
    makeOutputs: (layout, clock) => makeOutputs(layout, clock, pins),
    makeOwnEffects: (changed) => new UserEffects({ clock, entry, post: (message) => link.post(message), changed }),
    post: (message) => link.post(message),
  });
  link.onMessage((message) => handle(runner, link, message));
  link.onLost(() => {
    void runner.stop().finally(() => process.exit());
  });
}

function handle(runner: StageRunner, link: Link, message: ToRenderer): void {
  switch (message.kind) {
    case 'configure':
      return runner.configure(message.layout);
    case 'show':
      return runner.show(message);
    case 'effects':
      return runner.loadEffects();
    case 'preview':
      return runner.preview(message.fps);
    case 'probe':
      return runner.tellStats();
    case 'stop':
      void runner.stop().then(() => link.end({ kind: 'stopped' }));
      return;
    default:
      assertNever(message);
  }
}

const [, entry = '', ...role] = process.argv;
if (parentPort !== null) render(null);
// Loaded when needed: a renderer starts sooner without the schemas.
else if (role[0] === KEEPER) void import('./keeper.ts').then(({ keep }) => keep(entry));
else render(readPins(role));
