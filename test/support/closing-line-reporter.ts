/** Ends a test run with the runner's own counts on a plain line, and with what the run left out. */
import type { Reporter, TestModule } from 'vitest/node';
import { leftOut } from './programs.ts';

export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0 };
    for (const module of modules) {
      if (module.children.size === 0 && module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        if (state === 'failed') counts.failed += 1;
      }
    }
    const missing = leftOut();
    // The default reporter prints its summary in this same hook, before or after: the next turn is after it.
    setImmediate(() => {
      for (const line of missing) console.log(`left out: ${line}`);
      console.log(`${counts.passed} passed, ${counts.failed} failed`);
    });
  }
}
