/**
 * `PAHO_TESTING=<checkout of eclipse/paho.mqtt.testing> npm run test:conformance [-- test …]`: drives Paho's suites of
 * interoperability against our daemon and, side by side, Mosquitto. Ends with 1 where ours passes fewer than it must.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startDiuna, startMosquitto } from './servers.ts';
import { runTest, type Suite, suites, testsOf, type Verdict } from './suite.ts';

const WHERE = 'set PAHO_TESTING to a checkout of https://github.com/eclipse/paho.mqtt.testing';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function word(verdict: Verdict | null): string {
  if (verdict === null) return '-';
  return verdict.passed ? 'pass' : 'FAIL';
}

async function runSuite(checkout: string, suite: Suite, wanted: readonly string[], ours: Server, theirs: Server | null): Promise<boolean> {
  const all = await testsOf(checkout, suite);
  const tests = wanted.length === 0 ? all : all.filter((test) => wanted.includes(test));
  const passed = { ours: 0, theirs: 0 };
  say(`\n${suite.title}${' '.repeat(34 - suite.title.length)}diuna  mosquitto`);
  for (const test of tests) {
    const [here, there] = await Promise.all([
      runTest(checkout, suite, test, ours.port),
      theirs === null ? null : runTest(checkout, suite, test, theirs.port),
    ]);
    say(`  ${test.padEnd(32)}${word(here).padEnd(7)}${word(there)}`);
    if (!here.passed) say(`    diuna: ${here.reason}`);
    if (there?.passed === false) say(`    mosquitto: ${there.reason}`);
    if (here.passed) passed.ours += 1;
    if (there?.passed === true) passed.theirs += 1;
  }
  const bar = wanted.length === 0 ? suite.bar : tests.length;
  const enough = passed.ours >= bar;
  const yardstick = theirs === null ? 'mosquitto is not installed' : `mosquitto ${passed.theirs}`;
  say(`  of ${tests.length}: diuna ${passed.ours}, ${yardstick}; ${enough ? 'enough' : 'TOO FEW'}: ${bar} must pass`);
  return enough;
}

async function main(): Promise<void> {
  const checkout = process.env['PAHO_TESTING'];
  if (checkout === undefined || !existsSync(join(checkout, 'interoperability', 'client_test5.py'))) {
    process.stderr.write(`${WHERE}\n`);
    process.exitCode = 2;
    return;
  }
  await using ours = await startDiuna();
  await using theirs = await startMosquitto();
  for (const suite of suites) {
    if (!(await runSuite(checkout, suite, process.argv.slice(2), ours, theirs))) process.exitCode = 1;
  }
}

await main();
