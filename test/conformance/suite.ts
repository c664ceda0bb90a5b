/**
 * One suite of Eclipse Paho's interoperability tests (paho.mqtt.testing, kept outside this project), run by Python test by
 * test: each in a process of its own, with a time limit, and with what it complained of.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The slowest test waits about 25 s by design. */
const TEST_MS = 60_000;
const PRINTED_MOST = 1_000_000;

/** Sets what the suites otherwise set from their command line, which `unittest` reads as its own. */
const DRIVER = `
import importlib, logging, sys, unittest
logging.getLogger().setLevel(logging.ERROR)
name, port, prefix, test = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
suite = importlib.import_module(name)
suite.host, suite.port, suite.topic_prefix = '127.0.0.1', port, prefix
suite.topics = [prefix + topic for topic in ('TopicA', 'TopicA/B', 'Topic/C', 'TopicA/C', '/TopicA')]
suite.wildtopics = [prefix + topic for topic in ('TopicA/+', '+/C', '#', '/#', '/+', '+/+', 'TopicA/#')]
suite.nosubscribe_topics = ('test/nosubscribe',)
loader = unittest.TestLoader()
if test == '':
    print('\\n'.join(loader.getTestCaseNames(suite.Test)))
    sys.exit(0)
run = unittest.TextTestRunner().run(loader.loadTestsFromName('Test.' + test, suite))
sys.exit(0 if run.wasSuccessful() and run.testsRun == 1 else 1)
`;

export interface Suite {
  readonly title: string;
  /** The Python module. */
  readonly module: string;
  readonly prefix: string;
  /** Tests that must pass. */
  readonly bar: number;
}

export const suites: readonly Suite[] = [
  { title: 'MQTT 3.1.1', module: 'client_test', prefix: '', bar: 10 },
  { title: 'MQTT 5', module: 'client_test5', prefix: 'client_test5/', bar: 25 },
];

export interface Verdict {
  readonly passed: boolean;
  /** What the test complained of; empty where it passed. */
  readonly reason: string;
}

/** @param checkout of paho.mqtt.testing. @throws where Python cannot load the suite. */
export async function testsOf(checkout: string, suite: Suite): Promise<readonly string[]> {
  const { code, printed } = await python(checkout, suite, 0, '');
  if (code !== 0) throw new Error(`${suite.module} cannot be loaded from ${checkout}: ${printed}`);
  return printed.split('\n').filter((name) => name !== '');
}

export async function runTest(checkout: string, suite: Suite, test: string, port: number): Promise<Verdict> {
  const { code, printed } = await python(checkout, suite, port, test);
  if (code === 0) return { passed: true, reason: '' };
  return { passed: false, reason: code === null ? `took longer than ${TEST_MS / 1000} s` : complaint(printed) };
}

async function python(checkout: string, { module, prefix }: Suite, port: number, test: string) {
  const child = spawn('python3', ['-c', DRIVER, module, String(port), prefix, test], {
    cwd: join(checkout, 'interoperability'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (printed.length < PRINTED_MOST) printed += chunk.toString();
    });
  }
  const late = setTimeout(() => child.kill('SIGKILL'), TEST_MS);
  await once(child, 'close');
  clearTimeout(late);
  return { code: child.exitCode, printed };
}

/** The last line of the first traceback that says more than that the test failed, and the line of the suite that it is about. */
function complaint(printed: string): string {
  const [, ...tracebacks] = printed.split('Traceback (most recent call last):\n');
  const told = tracebacks.map((traceback) => {
    const lines = traceback.split('\n');
    const end = lines.findIndex((line) => /^\S/.test(line));
    const source = lines.slice(0, end).findLast((line) => /^ {4}[^\s~^]/.test(line)) ?? '';
    return { error: lines[end] ?? '', source: source.trim() };
  });
  const first = told.find(({ error }) => error !== 'AssertionError: False != True') ?? told[0];
  return first === undefined ? printed.trim().slice(-200) : `${first.error}, at: ${first.source}`;
}
