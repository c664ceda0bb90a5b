/** Drives Mosquitto's command-line clients, which many scripts use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasProgram } from '../support/programs.ts';
import { until } from '../support/until.ts';

export const mosquitto = hasProgram('mosquitto_pub');

/** @throws where it does not end with 0. */
export async function mosquittoPub(port: number, ...options: readonly string[]): Promise<void> {
  const child = spawn('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${String(code)}: ${complaint}`);
}

/** Resolves once it is subscribed: `options` must match a retained topic. @returns what it has printed, and how to end it. */
export async function mosquittoSub(port: number, ...options: readonly string[]) {
  const child = spawn('mosquitto_sub', ['-h', '127.0.0.1', '-p', String(port), ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await until(() => printed.includes('\n'), 'mosquitto_sub to hear a retained message');
  return {
    lines: () => printed.split('\n').slice(0, -1),
    [Symbol.asyncDispose]: async () => {
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
}
