/** `npm run test:lab`: the daemon on a real Linux with systemd, in an emulated machine. Apart from `npm test`: it fetches a kernel and takes minutes. */
import { defineConfig } from 'vitest/config';
import { CountsReporter } from '../support/counts-reporter.ts';

// biome-ignore lint/style/noDefaultExport: where vitest reads its configuration
export default defineConfig({
  test: {
    include: ['test/lab/cases/**/*.lab.ts'],
    globalSetup: ['test/lab/setup.ts'],
    reporters: [['verbose', { summary: false }], new CountsReporter()],
    // One machine at a time: it is emulated, and two would only make each other late.
    pool: 'forks',
    disableConsoleIntercept: true, // figures stand on lines of their own
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
