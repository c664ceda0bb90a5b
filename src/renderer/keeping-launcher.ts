/**
 * For a daemon that gives root away: renderers are started by a keeper (keeper.ts), a process that was forked while there
 * still was root and outlives them. The daemon could never again start one with the rights that the hardware needs.
 */
import type { ChildProcess } from 'node:child_process';
import { forkEntry, postTo, untilGone } from './fork-entry.ts';
import { type Isolation, type Launcher, launchThread, type Running, type RunningListener } from './launch.ts';
import type { FromKeeper, ToKeeper } from './messages.ts';
import { KEEPER } from './role.ts';

const none: RunningListener = { message: () => undefined, ended: () => undefined };

export class KeepingLauncher implements Launcher {
  readonly keepsFolder = true;
  #keeper: ChildProcess | null = null;
  /** Of the renderer that runs; one that has ended is not heard again. */
  #listener = none;

  launch(isolation: Isolation, entry: URL, listener: RunningListener): Running {
    if (isolation === 'thread') return launchThread(entry, listener);
    const keeper = this.#keeper ?? this.#forkKeeper(entry);
    this.#listener = listener;
    const post = (message: ToKeeper) => postTo(keeper, message);
    post({ kind: 'launch' });
    return { post, kill: () => this.close() };
  }

  /** Without its channel the keeper ends its renderer, by force if it must, and then itself. */
  async close(): Promise<void> {
    const keeper = this.#keeper;
    if (keeper === null) return;
    await untilGone(keeper, () => {
      if (keeper.connected) keeper.disconnect();
    });
  }

  #forkKeeper(entry: URL): ChildProcess {
    const keeper = forkEntry(entry, [KEEPER], (reason) => {
      this.#keeper = null;
      this.#ended(reason);
    });
    this.#keeper = keeper;
    // The channel carries what the entry's own types say: both ends are of one build.
    keeper.on('message', (message) => this.#hear(message as FromKeeper));
    return keeper;
  }

  #hear(message: FromKeeper): void {
    if (message.kind === 'ended') this.#ended(message.reason);
    else this.#listener.message(message);
  }

  #ended(reason: string): void {
    const listener = this.#listener;
    this.#listener = none;
    listener.ended(reason);
  }
}
