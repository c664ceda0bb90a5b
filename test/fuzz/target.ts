/** The daemon that is fuzzed, as a process of its own: its log is watched for what must never stand there, its memory is measured. */
import { readFileSync } from 'node:fs';
import { freePort, type Home, makeHome, type SpawnedDaemon, spawnDaemon } from '../support/daemon.ts';

/**
 * Low enough that the streams meet every guard, and that what the broker may keep for good is small beside a leak. The probe
 * stays far below them: all connections of the fuzzer together come from one address, and at most 50 at once.
 */
const limits = {
  packet_bytes: 16 * 1024,
  unfinished_bytes: 256 * 1024,
  filters_per_session: 100,
  messages_per_second: 200,
  message_burst: 50,
  retained_topics: 500,
  retained_bytes: 1024 * 1024,
  stored_sessions: 1000,
  session_expiry: 2, // or most of the streams would be refused for want of room
  session_messages: 100,
  session_bytes: 64 * 1024,
  connect_timeout: 1,
};

const LINE_MOST = 500;

export class Target {
  readonly port: number;
  readonly httpPort: number;
  /** Lines of the log that tell of a bug, and whatever ends the process. */
  readonly troubles: string[] = [];
  /** Called with each trouble as it is seen. */
  onTrouble: () => void = () => undefined;
  readonly #home: Home;
  readonly #daemon: SpawnedDaemon;
  #stopping = false;
  #rest = '';
  #isStrange = false;

  private constructor(home: Home, httpPort: number, daemon: SpawnedDaemon) {
    this.port = home.port;
    this.httpPort = httpPort;
    this.#home = home;
    this.#daemon = daemon;
    for (const stream of [daemon.process.stdout, daemon.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#hear(chunk.toString()));
    }
    daemon.process.once('exit', (code, signal) => {
      if (!this.#stopping) this.#trouble(`the process ended with ${code ?? signal}`);
    });
  }

  static async start(): Promise<Target> {
    const httpPort = await freePort();
    const home = await makeHome({ mqtt: { limits }, http: { listen: `127.0.0.1:${httpPort}` } });
    try {
      return new Target(home, httpPort, await spawnDaemon(home));
    } catch (cause) {
      await home.remove();
      throw cause;
    }
  }

  /** MiB that it holds now; 0 where it is gone. */
  memory(): number {
    if (this.#daemon.process.exitCode !== null || this.#daemon.process.signalCode !== null) return 0;
    const status = readFileSync(`/proc/${this.#daemon.process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    if (this.#daemon.process.exitCode === null && this.#daemon.process.signalCode === null) await this.#daemon.kill();
    await this.#home.remove();
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines.filter((each) => each !== '')) {
      if (!line.startsWith('{')) this.#strange(line.slice(0, LINE_MOST));
      else if (/"level":"(error|fatal)"/.test(line)) this.#trouble(line.slice(0, LINE_MOST));
    }
  }

  /** What Node itself prints of an error that nobody caught: many lines, one trouble. */
  #strange(line: string): void {
    const last = this.troubles.length - 1;
    if (this.#isStrange && last >= 0) this.troubles[last] = `${this.troubles[last]}\n    ${line}`;
    else this.#trouble(line);
    this.#isStrange = true;
  }

  #trouble(what: string): void {
    this.troubles.push(what);
    this.onTrouble();
  }
}
