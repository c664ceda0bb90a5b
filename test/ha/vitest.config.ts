/** `npm run test:ha`: the daemon and a real Home Assistant. Apart from `npm test`: it fetches one and takes minutes. */
import { defineConfig } from 'vitest/config';
import { CountsReporter } from '../support/counts-reporter.ts';

// biome-ignore lint/style/noDefaultExport: where vitest reads its configuration
export default defineConfig({
  test: {
    include: ['test/ha/cases/**/*.ha.ts'],
    globalSetup: ['test/ha/setup.ts'],
    reporters: [['verbose', { summary: false }], new CountsReporter()],
    pool: 'forks',
    disableConsoleIntercept: true, // figures stand on lines of their own
    // One at a time: starting two makes each late.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
