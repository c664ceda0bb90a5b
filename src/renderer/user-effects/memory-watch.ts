/**
 * Whether the process has grown too much since a moment: all that can be seen of a thread that is busy. It is asked for
 * when an effect is late or being loaded, and not in every frame.
 */
import { MOST_MEMORY_BYTES } from './limits.ts';

export class MemoryWatch {
  #baseBytes = process.memoryUsage.rss();

  begin(): void {
    this.#baseBytes = process.memoryUsage.rss();
  }

  exceeded(): boolean {
    return process.memoryUsage.rss() - this.#baseBytes > MOST_MEMORY_BYTES;
  }
}
