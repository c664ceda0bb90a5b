/**
 * Looks at the renderer's service, which is root's: its unit, its socket, and what it says to a daemon of this version. It is only
 * greeted: nothing is launched, and a daemon that it serves keeps it.
 */
import { connect } from 'node:net';
import { join } from 'node:path';
import { errorCode } from '../../base/error-code.ts';
import type { MachineFacts, RendererAnswer, RendererFacts, StripFacts } from '../../core/doctor/facts.ts';
import type { Config } from '../../model/config.ts';
import { BrokenFrame, encodeFrame, FrameReader } from '../../renderer/service/frames.ts';
import { fromWire, hello } from '../../renderer/service/wire.ts';
import type { Files } from '../../system/machine/files.ts';
import { readPath } from '../../system/machine/store-probe.ts';
import { option, RENDERER_UNIT, unitSettings, wordsOf } from '../../system/machine/who-runs.ts';

/** Who is not sent away by then is welcome: another daemon is told so after 250 ms, and the configuration is read before. */
const ANSWER_MS = 1000;
const ENABLED = `etc/systemd/system/multi-user.target.wants/${RENDERER_UNIT}`;

export interface RendererAsking {
  readonly files: Files;
  readonly machine: MachineFacts;
  readonly strips: readonly StripFacts[];
  readonly config: Pick<Config['renderer'], 'isolation' | 'socket'>;
  readonly greet: (path: string) => Promise<RendererAnswer>;
}

/** @returns null where the daemon has no use for it. */
export async function readRenderer({ files, machine, strips, config, greet }: RendererAsking): Promise<RendererFacts | null> {
  const { hasRenderer, account, unit } = machine;
  const { isolation, socket } = config;
  const hasRoot = account.uid === 0 || unit?.startsAsRoot === true;
  const isWanted = isolation === 'auto' && hasRenderer && !hasRoot && strips.some(({ output }) => output.driver === 'ws281x');
  if (isolation !== 'service' && !isWanted) return null;
  const settings = unitSettings(files, RENDERER_UNIT);
  const words = wordsOf(settings) ?? [];
  return {
    socket: await readPath(files, socket),
    unitConfig: option(words, '-c', '--config'),
    unitSocket: option(words, '--socket'),
    isEnabled: files.has(ENABLED),
    hasNetwork: !/^(yes|true|on|1)$/i.test(settings?.get('PrivateNetwork')?.at(-1) ?? ''),
    answer: hasRenderer ? await greet(join(files.root, socket)) : { kind: 'absent' },
  };
}

/** Ends within a second, whoever listens there. */
export function greet(path: string, patienceMs = ANSWER_MS): Promise<RendererAnswer> {
  const socket = connect({ path });
  const reader = new FrameReader();
  return new Promise<RendererAnswer>((resolve) => {
    const late = setTimeout(() => end({ kind: 'welcome' }), patienceMs);
    function end(answer: RendererAnswer): void {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    }
    socket.on('error', (error) => {
      const code = errorCode(error);
      end({ kind: code === 'EACCES' || code === 'EPERM' ? 'closed' : 'absent' });
    });
    socket.on('data', (chunk: Buffer) => {
      const reason = lastWord(reader, chunk);
      if (reason !== null) end({ kind: 'refused', reason });
    });
    socket.on('close', () => end({ kind: 'refused', reason: 'it hung up without a word' }));
    socket.write(encodeFrame(hello));
  });
}

/** @returns why it ends the connection; null where it has not said so. */
function lastWord(reader: FrameReader, chunk: Buffer): string | null {
  try {
    for (const frame of reader.push(chunk)) {
      const message = fromWire(frame);
      if (message === null) return 'it is of another version: it sent a message that this one does not know';
      if (message.kind === 'ended') return message.reason;
    }
    return null;
  } catch (cause) {
    if (!(cause instanceof BrokenFrame)) throw cause;
    return `it is of another version: it sent ${cause.message}`;
  }
}
