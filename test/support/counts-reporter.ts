/** Ends a run with the runner's own counts on a plain line. A file that could not even be read counts as failed. */
import type { Reporter, TestModule } from 'vitest/node';

export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length + (modules.length === 0 ? 1 : 0); // none: the preparation failed
    for (const module of modules) {
      if (module.children.size === 0 && module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failed += 1;
      }
    }
    // The other reporter prints its summary in this same hook, before or after: the next turn is after it.
    setImmediate(() => console.log(`${passed} passed, ${failed} failed`));
  }
}
