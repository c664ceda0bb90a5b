/** Stands in for starting a thread or process: keeps what the host posts, and lets a test answer and end it. */
import type { Isolation, Launcher, RunningListener } from '../../../src/renderer/launch.ts';
import type { ToRenderer } from '../../../src/renderer/messages.ts';

export interface FakeRunning {
  readonly isolation: Isolation;
  readonly posted: ToRenderer[];
  readonly listener: RunningListener;
  killed: boolean;
}

export function fakeLaunch(): { readonly started: FakeRunning[]; readonly launcher: Launcher } {
  const started: FakeRunning[] = [];
  const launch: Launcher['launch'] = (isolation, _entry, listener) => {
    const running: FakeRunning = { isolation, posted: [], listener, killed: false };
    started.push(running);
    queueMicrotask(() => listener.message({ kind: 'ready' }));
    return {
      post: (message) => void running.posted.push(message),
      kill: async () => {
        running.killed = true;
        listener.ended('it was killed');
      },
    };
  };
  return { started, launcher: { launch, close: async () => undefined } };
}
