/** What a forked copy of the bench may be. */
import { type Handlers, serve } from '../harness/helper-process.ts';
import { appender } from './appender.ts';
import { crowd } from './crowd.ts';
import { filler } from './filler.ts';
import { handler } from './handler.ts';
import { listener } from './listener.ts';
import { metronome } from './metronome.ts';
import { painter } from './painter.ts';
import { sender } from './sender.ts';
import { sink } from './sink.ts';

const roles: Readonly<Record<string, Handlers>> = { appender, crowd, filler, handler, listener, metronome, painter, sender, sink };

export function play(role: string): void {
  const handlers = roles[role];
  if (handlers === undefined) throw new Error(`no role ${role}`);
  serve(handlers);
}
