/** Mosquitto's command-line clients with version 5: many scripts are made of them, and `mosquitto_rr` knows no other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hasProgram } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { aWhile, Stage } from './stage.ts';

function start(program: string, port: number, ...options: readonly string[]) {
  const child = spawn(program, ['-h', '127.0.0.1', '-p', String(port), '-V', '5', ...options]);
  const run = { text: '', ended: once(child, 'close').then(([code]) => code as unknown), kill: () => child.kill() };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (run.text += chunk.toString()));
  return run;
}

describe.runIf(hasProgram('mosquitto_pub'))('mosquitto', () => {
  it('publishes and subscribes, with properties', async () => {
    await using stage = await Stage.open();
    const properties = ['-D', 'publish', 'content-type', 'text', '-D', 'publish', 'user-property', 'key', 'value'];
    const pub = start('mosquitto_pub', stage.port, '-t', 'm/a', '-m', 'hello', '-q', '2', '-r', ...properties);
    expect(await pub.ended).toBe(0);
    const sub = start('mosquitto_sub', stage.port, '-t', 'm/#', '-q', '1', '-C', '1', '-W', '5', '-F', '%t %p %q %r %C %P');
    expect(await sub.ended).toBe(0);
    expect(sub.text.trim()).toBe('m/a hello 1 1 text key:value');
  });

  it('says what was refused', async () => {
    await using stage = await Stage.open({}, { authorizePublish: (_client, _packet, done) => done(new Error('not yours')) });
    const pub = start('mosquitto_pub', stage.port, '-t', 'a', '-m', 'x', '-q', '1');
    await pub.ended;
    expect(pub.text).toMatch(/not authori[sz]ed/i);
  });

  it('asks and is answered: mosquitto_rr', async () => {
    await using stage = await Stage.open();
    const server = await stage.connect();
    await server.mqtt.subscribeAsync('ask', { qos: 1 });
    const rr = start('mosquitto_rr', stage.port, '-t', 'ask', '-e', 'answer', '-m', 'question', '-q', '1', '-W', '5');
    const [asked] = await server.hears(1);
    const { responseTopic = '', correlationData } = asked?.properties ?? {};
    expect([responseTopic, asked?.payload.toString()]).toEqual(['answer', 'question']);
    server.mqtt.publish(responseTopic, 'reply', { qos: 1, properties: correlationData === undefined ? {} : { correlationData } });
    expect(await rr.ended).toBe(0);
    expect(rr.text.trim()).toBe('reply');
  });

  it('keeps its session', async () => {
    await using stage = await Stage.open();
    const keep = ['-i', 'script', '-c', '-x', '60', '-t', 'kept', '-q', '1'];
    const first = start('mosquitto_sub', stage.port, ...keep, '-E');
    expect(await first.ended).toBe(0);
    await until(() => stage.mqtt5.sessionsLeft === 1, 'the session to be left');
    const sender = await stage.connect();
    await sender.mqtt.publishAsync('kept', 'for later', { qos: 1 });
    await aWhile(30);
    const again = start('mosquitto_sub', stage.port, ...keep, '-C', '1', '-W', '5');
    expect(await again.ended).toBe(0);
    expect(again.text.trim()).toBe('for later');
  });
});
