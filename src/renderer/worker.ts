/** The renderer's entry, bundled on its own: runs as a worker thread or as a forked process, with the same messages. */
import { assertNever } from '../base/assert-never.ts';
import { Stage } from '../light/stage.ts';
import { findLink } from './link.ts';
import { SystemLoopClock } from './loop-clock.ts';
import type { ToRenderer } from './messages.ts';
import { makeOutputs } from './outputs/make-outputs.ts';
import { StageRunner } from './stage-runner.ts';

const link = findLink();
const runner = new StageRunner({
  clock: new SystemLoopClock(),
  makeStage: (layout) => new Stage(layout),
  makeOutputs,
  post: (message) => link.post(message),
});

async function stop(): Promise<void> {
  await runner.stop();
  link.end({ kind: 'stopped' });
}

function handle(message: ToRenderer): void {
  switch (message.kind) {
    case 'configure':
      return runner.configure(message.layout);
    case 'show':
      return runner.show(message);
    case 'preview':
      return runner.preview(message.fps);
    case 'probe':
      return runner.tellStats();
    case 'stop':
      void stop();
      return;
    default:
      assertNever(message);
  }
}

link.onMessage(handle);
link.onLost(() => {
  void runner.stop().finally(() => process.exit());
});
